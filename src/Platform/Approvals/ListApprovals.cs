using System.ComponentModel;
using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Platform.Approvals;

/// <summary><c>GET /v1/approvals</c> and <c>GET /v1/approvals/{approval}</c></summary>
static class ListApprovals
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/approvals", Get)
            .WithSummary("List approvals")
            .WithDescription("What whoever is signed in has asked for, or may decide on. The newest first.")
            .Produces<ListOf<Approval>>();
        routes
            .MapGet("/approvals/{approval}", GetOne)
            .WithName("getApproval")
            .WithSummary("Get an approval")
            .WithDescription("What exactly is to be done, who asked for it, and what became of it.")
            .Produces<Approval>();
    }

    static async Task<IResult> Get(
        [AsParameters] PageQuery query,
        [FromQuery, Description("One of the statuses.")] string? status,
        [FromQuery, Description("One of the kinds.")] string? kind,
        HttpContext context,
        Database database,
        ApprovalDesk desk,
        TimeProvider time
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        var words = Words.All(typeof(ApprovalStatus));
        check.That(status is null || words.Contains(status), "status", "unknown_value", $"must be one of {string.Join(", ", words)}");
        check.That(kind is null || desk.KindOf(kind) is not null, "kind", "unknown_value", "must be a kind of approval that there is");
        if (check.Failed(out var refusal))
            return refusal;

        var caller = Caller.Of(context);
        var now = time.GetUtcNow();
        await using var connection = await database.Writer("platform").OpenConnectionAsync(context.RequestAborted);
        var rows = await connection.QueryAsync<ApprovalRow>(
            new CommandDefinition(
                page.Backwards ? BeforeWriterSql : AfterWriterSql,
                new
                {
                    caller.Book,
                    person = caller.Id,
                    kinds = desk.DecidedBy(caller),
                    status,
                    kind,
                    now,
                    cursor,
                    count = page.Rows,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer(desk.KindOf(r.Kind), now))], context));
    }

    static async Task<IResult> GetOne(Guid approval, HttpContext context, Database database, ApprovalDesk desk, TimeProvider time)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(context.RequestAborted);
        return await desk.Find(connection, null, approval, Caller.Of(context), context.RequestAborted) is { } row
            ? Results.Ok(row.Answer(desk.KindOf(row.Kind), time.GetUtcNow()))
            : DecideApproval.NoSuch(approval);
    }

    // One that ran out is expired whether or not that has been written down.
    const string Filter = """
        book = @book and (maker = @person or kind = any (@kinds::text[])) and (@kind::text is null or kind = @kind)
           and (@status::text is null or case when status = 'pending' and expires_at <= @now then 'expired' else status end = @status)
        """;

    const string AfterWriterSql = $"""
        select {ApprovalRow.Columns} from platform.approvals
         where {Filter} and (@cursor::uuid is null or id < @cursor) order by id desc limit @count
        """;

    const string BeforeWriterSql = $"""
        select {ApprovalRow.Columns} from platform.approvals where {Filter} and id > @cursor order by id limit @count
        """;
}
