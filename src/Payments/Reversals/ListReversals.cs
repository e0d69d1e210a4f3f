using System.ComponentModel;
using Dapper;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Reversals;

/// <summary><c>GET /v1/operations/reversals</c>, and one.</summary>
static class ListReversals
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/operations/reversals", Get)
            .WithSummary("List reversals")
            .WithDescription("What came in and was sent back the way it came, or is about to be; the newest first.")
            .Produces<ListOf<ReversalAnswer>>();
        routes
            .MapGet("/operations/reversals/{reversal}", One)
            .WithName("getReversal")
            .WithSummary("Get a reversal")
            .WithDescription("By its id, which is its approval's.")
            .Produces<ReversalAnswer>();
    }

    static async Task<IResult> Get(
        [AsParameters] PageQuery query,
        [Description("Of one call by which money came.")] Guid? original,
        HttpContext context,
        CallBook book
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        var rows = await Read(
            page.Backwards ? BeforeWriterSql : AfterWriterSql,
            new
            {
                Caller.Of(context).Book,
                original,
                cursor,
                count = page.Rows,
            },
            book,
            context.RequestAborted
        );
        return Results.Ok(page.List(rows, context));
    }

    static async Task<IResult> One(Guid reversal, HttpContext context, CallBook book) =>
        (await Read(OneWriterSql, new { reversal, Caller.Of(context).Book }, book, context.RequestAborted)) is [var found]
            ? Results.Ok(found)
            : RailRefusals.NoSuchReversal.Because($"There is no reversal {reversal}.", "reversal");

    static async Task<IReadOnlyList<ReversalAnswer>> Read(string sql, object values, CallBook book, CancellationToken stop)
    {
        await using var connection = await book.Open(stop);
        var rows = (await connection.QueryAsync<Reversal>(new CommandDefinition(sql, values, cancellationToken: stop))).AsList();
        var stuck = await connection.QueryAsync<Guid>(
            new CommandDefinition(StuckWriterSql, new { calls = rows.Select(r => r.CallId).ToArray() }, cancellationToken: stop)
        );
        return [.. rows.Select(r => r.Answer(stuck.Contains(r.CallId)))];
    }

    const string AfterWriterSql = $"""
        select {Reversal.Columns} from payments.reversals r
         where r.book = @book and (@original::uuid is null or r.original_id = @original) and (@cursor::uuid is null or r.id < @cursor)
         order by r.id desc limit @count
        """;

    const string BeforeWriterSql = $"""
        select {Reversal.Columns} from payments.reversals r
         where r.book = @book and (@original::uuid is null or r.original_id = @original) and r.id > @cursor
         order by r.id limit @count
        """;

    const string OneWriterSql = $"select {Reversal.Columns} from payments.reversals r where r.id = @reversal and r.book = @book";

    const string StuckWriterSql = "select c.id from payments.provider_calls c where c.id = any (@calls) and c.stuck_at is not null";
}
