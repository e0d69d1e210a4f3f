using System.ComponentModel;
using Dapper;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Reconciliation;

/// <summary><c>GET /v1/operations/rail-statements</c>, and one with what came of its lines.</summary>
static class ListRailStatements
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/operations/rail-statements", Get)
            .WithSummary("List providers' statements")
            .WithDescription("What was imported, the newest first.")
            .Produces<ListOf<RailStatementAnswer>>();
        routes
            .MapGet("/operations/rail-statements/{statement}", One)
            .WithName("getRailStatement")
            .WithSummary("Get a provider's statement")
            .WithDescription("With what came of its lines so far.")
            .Produces<RailStatementAnswer>();
    }

    static async Task<IResult> Get(
        [AsParameters] PageQuery query,
        [Description("mpesa, kcb or dtb.")] string? provider,
        HttpContext context,
        CallBook book
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        check.That(provider is null or "mpesa" or "kcb" or "dtb", "provider", "unknown_value", "must be mpesa, kcb or dtb");
        if (check.Failed(out var invalid))
            return invalid;
        await using var connection = await book.Open(context.RequestAborted);
        var rows = await connection.QueryAsync<RailStatement>(
            new CommandDefinition(
                page.Backwards ? BeforeWriterSql : AfterWriterSql,
                new
                {
                    Caller.Of(context).Book,
                    provider,
                    cursor,
                    count = page.Rows,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    static async Task<IResult> One(Guid statement, HttpContext context, CallBook book)
    {
        await using var connection = await book.Open(context.RequestAborted);
        await using var transaction = await connection.BeginTransactionAsync(context.RequestAborted);
        var row = await connection.QuerySingleOrDefaultAsync<RailStatement>(
            new CommandDefinition(
                FindWriterSql,
                new { statement, Caller.Of(context).Book },
                transaction,
                cancellationToken: context.RequestAborted
            )
        );
        return row is null
            ? ReconciliationRefusals.NoSuchStatement.Because($"There is no statement {statement}.", "statement")
            : Results.Ok(row.Answer(await StatementImport.Count(transaction, row, context.RequestAborted)));
    }

    const string FindWriterSql =
        $"select {RailStatement.Columns} from payments.rail_statements s where s.id = @statement and s.book = @book";

    const string AfterWriterSql = $"""
        select {RailStatement.Columns} from payments.rail_statements s
         where s.book = @book and (@provider::text is null or s.provider = @provider) and (@cursor::uuid is null or s.id < @cursor)
         order by s.id desc limit @count
        """;

    const string BeforeWriterSql = $"""
        select {RailStatement.Columns} from payments.rail_statements s
         where s.book = @book and (@provider::text is null or s.provider = @provider) and s.id > @cursor
         order by s.id limit @count
        """;
}
