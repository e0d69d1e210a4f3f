using System.ComponentModel;
using Dapper;
using Hazina.Identity;
using Hazina.Payments.Providers;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Withdrawals;

/// <summary><c>/v1/operations/withdrawals</c>: whoever asked is one of the two people, who decides here is the other.</summary>
static class DecideWithdrawal
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/operations/withdrawals/{withdrawal}/approve", Approve)
            .WithName("approveWithdrawal")
            .WithSummary("Approve a withdrawal")
            .WithDescription("It is sent at once. Not by who asked for it, holds the account, or belongs to who does. Takes no body.")
            .Produces<WithdrawalAnswer>();
        routes
            .MapPost("/operations/withdrawals/{withdrawal}/reject", Reject)
            .WithName("rejectWithdrawal")
            .WithSummary("Reject a withdrawal")
            .WithDescription("The money is available again. Takes no body.")
            .Produces<WithdrawalAnswer>();
    }

    public static void MapList(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/operations/withdrawals", List)
            .WithName("listWithdrawalsToDecide")
            .WithSummary("List withdrawals to decide on")
            .WithDescription("Those that wait for approval, the newest first.")
            .Produces<ListOf<WithdrawalAnswer>>();

    static async Task<IResult> Approve(Guid withdrawal, HttpContext context, CallBook book, CallBell bell, People people)
    {
        var stop = context.RequestAborted;
        var (row, refusal) = await Waiting(withdrawal, context, book, people);
        if (refusal is not null)
            return refusal;
        await using (var connection = await book.Open(stop))
        await using (var transaction = await connection.BeginTransactionAsync(stop))
        {
            var values = new
            {
                withdrawal,
                call = row!.CallId,
                checker = Caller.Of(context).Id,
                now = book.Now,
            };
            if (await connection.ExecuteAsync(new CommandDefinition(ApproveWriterSql, values, transaction, cancellationToken: stop)) != 1)
                return RailRefusals.NotWaiting.Because("Somebody else was quicker.", "withdrawal");
            await connection.ExecuteAsync(new CommandDefinition(SendWriterSql, values, transaction, cancellationToken: stop));
            await Audit.Write(
                transaction,
                context,
                new AuditEntry("payments.withdrawal.approved", new AuditTarget("withdrawal", withdrawal), book.Now)
            );
            await transaction.CommitAsync(stop);
        }

        bell.Ring();
        return Results.Ok((await Find(withdrawal, context, book))!.Answer());
    }

    static async Task<IResult> Reject(Guid withdrawal, HttpContext context, CallBook book, WithdrawalEnd end, People people)
    {
        var (row, refusal) = await Waiting(withdrawal, context, book, people);
        if (refusal is not null)
            return refusal;
        return await end.BeforeSending(row!, WithdrawalStatus.Failed, Caller.Of(context).Id, context, context.RequestAborted)
            ? Results.Ok((await Find(withdrawal, context, book))!.Answer())
            : RailRefusals.NotWaiting.Because("Somebody else was quicker.", "withdrawal");
    }

    static async Task<(Withdrawal? Row, Refusal? Refusal)> Waiting(Guid withdrawal, HttpContext context, CallBook book, People people)
    {
        if (await Find(withdrawal, context, book) is not { } row)
            return (null, GetWithdrawal.None(withdrawal));
        if (!row.WaitsForApproval)
            return (null, RailRefusals.NotWaiting.Because($"The withdrawal is {row.Status}.", "withdrawal"));
        return await people.IsNear(Caller.Of(context).Id, row.OwnerId, context.RequestAborted) || row.AskedBy == Caller.Of(context).Id
            ? (null, RailRefusals.OwnMoney.Because("Whoever is signed in is near to this money.", "withdrawal"))
            : (row, null);
    }

    static async Task<Withdrawal?> Find(Guid withdrawal, HttpContext context, CallBook book)
    {
        await using var connection = await book.Open(context.RequestAborted);
        return await connection.QuerySingleOrDefaultAsync<Withdrawal>(
            new CommandDefinition(FindWriterSql, new { withdrawal, Caller.Of(context).Book }, cancellationToken: context.RequestAborted)
        );
    }

    static async Task<IResult> List([AsParameters] PageQuery query, HttpContext context, CallBook book)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        await using var connection = await book.Open(context.RequestAborted);
        var rows = await connection.QueryAsync<Withdrawal>(
            new CommandDefinition(
                page.Backwards ? BeforeWriterSql : AfterWriterSql,
                new
                {
                    Caller.Of(context).Book,
                    cursor,
                    count = page.Rows,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    const string FindWriterSql = $"select {Withdrawal.Columns} from payments.withdrawals w where w.id = @withdrawal and w.book = @book";

    const string ApproveWriterSql = """
        update payments.withdrawals set decided_by = @checker, decided_at = @now, updated_at = @now
         where id = @withdrawal and status = 'pending' and needs_approval and decided_by is null
        """;

    const string SendWriterSql = """
        update payments.provider_calls
           set next_at = @now, deadline_at = @now::timestamptz + (deadline_at - created_at), version = version + 1, updated_at = @now
         where id = @call and status = 'created'
        """;

    const string AfterWriterSql = $"""
        select {Withdrawal.Columns} from payments.withdrawals w
         where w.book = @book and w.needs_approval and w.decided_by is null and w.status = 'pending' and (@cursor::uuid is null or w.id < @cursor)
         order by w.id desc limit @count
        """;

    const string BeforeWriterSql = $"""
        select {Withdrawal.Columns} from payments.withdrawals w
         where w.book = @book and w.needs_approval and w.decided_by is null and w.status = 'pending' and w.id > @cursor
         order by w.id limit @count
        """;
}
