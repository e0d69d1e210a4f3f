using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Statements;

/// <summary><c>GET /v1/accounts/{account}/statements</c></summary>
static class ListStatements
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}/statements", Get)
            .WithSummary("List statements")
            .WithDescription("Those that were made of an account, the newest first.")
            .Produces<ListOf<StatementAnswer>>();

    static async Task<IResult> Get(Guid account, [AsParameters] PageQuery query, HttpContext context, AccountDesk desk, Database database)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        var (_, refusal) = await desk.See(context, account);
        if (refusal is not null)
            return refusal;
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(context.RequestAborted);
        var rows = await connection.QueryAsync<Statement>(
            new CommandDefinition(
                page.Backwards ? BeforeWriterSql : AfterWriterSql,
                new
                {
                    account,
                    cursor,
                    count = page.Rows,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    const string AfterWriterSql = $"""
        select {Statement.Columns} from accounts.statements s
         where s.account_id = @account and (@cursor::uuid is null or s.id < @cursor)
         order by s.id desc limit @count
        """;

    const string BeforeWriterSql = $"""
        select {Statement.Columns} from accounts.statements s where s.account_id = @account and s.id > @cursor order by s.id limit @count
        """;
}
