using Dapper;
using Hazina.Identity;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Billing.Fees;

/// <summary><c>GET /v1/fees</c></summary>
static class ListFees
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/fees", Get)
            .WithSummary("List fees")
            .WithDescription(
                """
                What services cost: the catalogue, and one's own fees where some were agreed. Every version, the newest first: of those for the same thing the
                one that began last holds. For staff those of every merchant.
                """
            )
            .Produces<ListOf<FeeAnswer>>();

    static async Task<IResult> Get([AsParameters] PageQuery query, HttpContext context, Database database, People people)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        var (caller, stop) = (Caller.Of(context), context.RequestAborted);
        var values = new
        {
            caller.Book,
            cursor,
            count = page.Rows,
        };
        var sql = page.Backwards ? BeforeSql : AfterSql;
        IReadOnlyList<FeeRow> rows;
        if (caller.May(BillingPermissions.Read))
        {
            await using var connection = await database.Writer("billing").OpenConnectionAsync(stop);
            rows = (await connection.QueryAsync<FeeRow>(new CommandDefinition(sql, values, cancellationToken: stop))).AsList();
        }
        else
        {
            await using var own = await OwnFees.Open(context, database, people);
            rows = await own.Query<FeeRow>(sql, values);
        }

        return Results.Ok(page.List([.. rows.Select(r => FeeAnswer.Of(r.Fee()))], context));
    }

    const string AfterSql = $"""
        select {FeeRow.Columns} from billing.fees f where f.book = @book and (@cursor::uuid is null or f.id < @cursor) order by f.id desc limit @count
        """;

    const string BeforeSql =
        $"select {FeeRow.Columns} from billing.fees f where f.book = @book and f.id > @cursor order by f.id limit @count";
}

/// <summary>A transaction that sees the catalogue, and the fees and charges of whoever asks and of organisations whose money they may see.</summary>
static class OwnFees
{
    public static async Task<OwnRows> Open(HttpContext context, Database database, People people)
    {
        var owners = await people.MoneyOwnersOf(Caller.Of(context), context.RequestAborted);
        return await OwnRows.Open(
            database,
            "billing",
            owners.Person ?? Guid.Empty,
            owners.Organizations.Select(o => o.Organization),
            context.RequestAborted
        );
    }
}
