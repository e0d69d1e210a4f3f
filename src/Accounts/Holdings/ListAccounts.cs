using System.ComponentModel;
using Dapper;
using Hazina.Accounts.Activities;
using Hazina.Ledger;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Holdings;

/// <summary><c>GET /v1/accounts</c></summary>
static class ListAccounts
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts", Get)
            .WithSummary("List accounts")
            .WithDescription(
                """
                One's own and those of organisations whose money one may see, the newest first, each with its balance. Staff names a `holder` and
                sees that one's, or a `number`.
                """
            )
            .Produces<ListOf<AccountAnswer>>();

    public sealed record Filter(
        [property: FromQuery(Name = "currency"), Description("Of this currency alone.")] string? Currency,
        [property: FromQuery(Name = "kind"), Description("Of this kind alone.")] string? Kind,
        [property: FromQuery(Name = "status"), Description("active, frozen or closed.")] string? Status,
        [property: FromQuery(Name = "holder"), Description("Of this person or organisation alone.")] Guid? Holder,
        [property: FromQuery(Name = "number"), Description("The one with this number alone.")] string? Number
    );

    static async Task<IResult> Get(
        [AsParameters] Filter filter,
        [AsParameters] PageQuery query,
        HttpContext context,
        AccountDesk desk,
        BalanceKeys told,
        Database database
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        check.WordOf<AccountKind>(filter.Kind, "kind");
        check.WordOf<AccountStatus>(filter.Status, "status");
        check.OptionalText(filter.Currency, "currency", 8);
        check.OptionalText(filter.Number, "number", 20, min: 1);
        if (check.Failed(out var refusal))
            return refusal;
        var access = await desk.Access(context);
        var values = new
        {
            access.Book,
            filter.Currency,
            filter.Kind,
            filter.Status,
            filter.Holder,
            filter.Number,
            cursor,
            count = page.Rows,
        };
        var rows = await Rows(values, access, filter, page.Backwards, database, context.RequestAborted);
        var stands = desk.Books.Find(access.Book, rows.Select(r => r.Id));
        var answers = new List<AccountAnswer>();
        foreach (var row in rows)
        {
            told.WasRead(row.Book, row.Id);
            answers.Add(
                AccountAnswer.Of(row, stands.TryGetValue(row.Id, out var stand) ? stand : await desk.Stand(row, context.RequestAborted))
            );
        }

        return Results.Ok(page.List(answers, context));
    }

    static async Task<IReadOnlyList<AccountRow>> Rows(
        object values,
        Access access,
        Filter filter,
        bool backwards,
        Database database,
        CancellationToken stop
    )
    {
        var isOthers = filter.Holder is { } asked
            ? !access.Sees(Holder.User(asked)) && !access.Sees(Holder.Organization(asked))
            : filter.Number is not null;
        if (!isOthers || !access.Caller.May(AccountsPermissions.Read))
        {
            await using var own = await access.Open(database, stop);
            return await own.Query<AccountRow>(backwards ? BeforeSql : AfterSql, values);
        }

        // Planned for the filters that are there: a plan for any of them would look for a holder among all accounts.
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        await using var answers = await connection.QueryMultipleAsync(
            new CommandDefinition(
                $"{ListActivity.PlanWriterSql};{(backwards ? BeforeAnyWriterSql : AfterAnyWriterSql)}",
                values,
                cancellationToken: stop
            )
        );
        await answers.ReadAsync<string>();
        return [.. await answers.ReadAsync<AccountRow>()];
    }

    const string Filters = """
        a.book = @book and (@currency::text is null or a.currency = @currency) and (@kind::text is null or a.kind = @kind)
           and (@status::text is null or a.status = @status) and (@holder::uuid is null or a.owner_id = @holder)
           and (@number::text is null or a.number = @number)
        """;

    const string AfterSql = $"""
        select {AccountRow.Columns} from accounts.accounts a
         where {Filters} and (@cursor::uuid is null or a.id < @cursor)
         order by a.id desc limit @count
        """;

    const string BeforeSql = $"""
        select {AccountRow.Columns} from accounts.accounts a where {Filters} and a.id > @cursor order by a.id limit @count
        """;

    const string AfterAnyWriterSql = AfterSql;

    const string BeforeAnyWriterSql = BeforeSql;
}
