using System.ComponentModel;
using Dapper;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Reconciliation;

/// <summary><c>GET /v1/operations/breaks</c>, and one with the line as the provider wrote it.</summary>
static class ListBreaks
{
    static readonly string[] Statuses = ["open", "resolved", "closed"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/operations/breaks", Get)
            .WithSummary("List reconciliation breaks")
            .WithDescription(
                "Where providers' statements and the books differ, the newest first; with status=open what people have to look at."
            )
            .Produces<ListOf<BreakAnswer>>();
        routes
            .MapGet("/operations/breaks/{break}", One)
            .WithName("getBreak")
            .WithSummary("Get a reconciliation break")
            .WithDescription("With all that the provider's line says.")
            .Produces<BreakAnswer>();
    }

    static async Task<IResult> Get(
        [AsParameters] PageQuery query,
        [Description("mpesa, kcb or dtb.")] string? provider,
        [Description("missing_here, missing_there, amount_differs, direction_differs, status_differs, duplicate or settlement.")]
            string? kind,
        [Description("open, resolved or closed.")] string? status,
        HttpContext context,
        CallBook book
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        check.That(provider is null or "mpesa" or "kcb" or "dtb", "provider", "unknown_value", "must be mpesa, kcb or dtb");
        check.That(
            kind is null || BreakKind.All.Contains(kind),
            "kind",
            "unknown_value",
            $"must be one of {string.Join(", ", BreakKind.All)}"
        );
        check.That(status is null || Statuses.Contains(status), "status", "unknown_value", $"must be one of {string.Join(", ", Statuses)}");
        if (check.Failed(out var invalid))
            return invalid;
        await using var connection = await book.Open(context.RequestAborted);
        var rows = await connection.QueryAsync<BreakRow>(
            new CommandDefinition(
                page.Backwards ? BeforeWriterSql : AfterWriterSql,
                new
                {
                    Caller.Of(context).Book,
                    provider,
                    kind,
                    status,
                    cursor,
                    count = page.Rows,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    static async Task<IResult> One(Guid @break, HttpContext context, CallBook book, StatementFile files)
    {
        if (await Find(@break, Caller.Of(context).Book, book, context.RequestAborted) is not { } row)
            return ReconciliationRefusals.NoSuchBreak.Because($"There is no break {@break}.", "break");
        if (row.LineId is null)
            return Results.Ok(row.Answer());
        var (line, lost) = await files.LineOf(row, context.RequestAborted);
        return lost is not null ? lost : Results.Ok(row.Answer(line?.Account, line?.Text));
    }

    public static async Task<BreakRow?> Find(Guid id, string book, CallBook calls, CancellationToken stop)
    {
        await using var connection = await calls.Open(stop);
        return await connection.QuerySingleOrDefaultAsync<BreakRow>(
            new CommandDefinition(FindWriterSql, new { id, book }, cancellationToken: stop)
        );
    }

    const string FindWriterSql = $"select {BreakRow.Columns} from {BreakRow.From} where b.id = @id and b.book = @book";

    const string AfterWriterSql = $"""
        select {BreakRow.Columns} from {BreakRow.From}
         where b.book = @book and (@provider::text is null or b.provider = @provider) and (@kind::text is null or b.kind = @kind)
           and (@status::text is null or b.status = @status) and (@cursor::uuid is null or b.id < @cursor)
         order by b.id desc limit @count
        """;

    const string BeforeWriterSql = $"""
        select {BreakRow.Columns} from {BreakRow.From}
         where b.book = @book and (@provider::text is null or b.provider = @provider) and (@kind::text is null or b.kind = @kind)
           and (@status::text is null or b.status = @status) and b.id > @cursor
         order by b.id limit @count
        """;
}
