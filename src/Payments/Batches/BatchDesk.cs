using Dapper;
using Hazina.Accounts;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Payments.Batches;

/// <summary>Finds batches for whoever may see them, and takes them from one state to the next.</summary>
sealed class BatchDesk(Database database, CustomerAccounts accounts, TimeProvider time)
{
    public DateTimeOffset Now => time.GetUtcNow();

    public ValueTask<NpgsqlConnection> Open(CancellationToken stop) => database.Writer("payments").OpenConnectionAsync(stop);

    /// <summary>One's own, or one's organisation's.</summary>
    public async Task<(PayoutBatch Row, Refusal? Refusal)> See(HttpContext context, Guid batch)
    {
        await using var own = await accounts.OpenOwn(context, "payments");
        return (await own.Query<PayoutBatch>(FindSql, new { batch, Caller.Of(context).Book })).SingleOrDefault() is { } row
            ? (row, null)
            : (null!, None(batch));
    }

    /// <summary>One whose account's money whoever asks may move.</summary>
    public async Task<(PayoutBatch Row, Refusal? Refusal)> Move(HttpContext context, Guid batch)
    {
        var (row, refusal) = await See(context, batch);
        if (refusal is not null)
            return (null!, refusal);
        (_, refusal) = await accounts.Move(context, row.AccountId, "batch");
        return (row, refusal);
    }

    /// <summary>Whoever's it is.</summary>
    public async Task<(PayoutBatch Row, Refusal? Refusal)> Any(HttpContext context, Guid batch)
    {
        await using var connection = await Open(context.RequestAborted);
        var row = await connection.QuerySingleOrDefaultAsync<PayoutBatch>(
            new CommandDefinition(FindWriterSql, new { batch, Caller.Of(context).Book }, cancellationToken: context.RequestAborted)
        );
        return row is null ? (null!, None(batch)) : (row, null);
    }

    /// <summary>
    /// Takes it from the state in which it was read to the next, in the name of the person who asks; of two at once one is too late. The trail and what is told
    /// commit with it.
    /// </summary>
    /// <param name="act">As the trail calls it.</param>
    public async Task<IResult> Decide(HttpContext context, PayoutBatch row, BatchStatus status, EventType<BatchTold> type, string act)
    {
        var (stop, now) = (context.RequestAborted, Now);
        await using var connection = await Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var values = new
        {
            row.Id,
            was = row.Status,
            status = Words.Of(status),
            who = Caller.Of(context).Id,
            now,
        };
        var after = await connection.QuerySingleOrDefaultAsync<PayoutBatch>(
            new CommandDefinition(DecideWriterSql, values, transaction, cancellationToken: stop)
        );
        if (after is null)
            return BatchRefusals.BatchState.Because("Somebody else was quicker.", "batch");
        // Nothing of it will be paid: whom it names is forgotten.
        if (status is BatchStatus.Canceled or BatchStatus.Rejected)
            await connection.ExecuteAsync(new CommandDefinition(ForgetWriterSql, new { row.Id }, transaction, cancellationToken: stop));
        await Outbox.Write(
            transaction,
            type.Of(row.Book, row.Id.ToString(), now, after.Told(status)),
            Audit.Event(context, new AuditEntry(act, new AuditTarget("payout_batch", row.Id), now))
        );
        await transaction.CommitAsync(stop);
        return Results.Ok(after.Answer());
    }

    static Refusal None(Guid batch) => BatchRefusals.NoSuchBatch.Because($"There is no file of payouts {batch}.", "batch");

    const string FindSql = $"select {PayoutBatch.Columns} from payments.payout_batches b where b.id = @batch and b.book = @book";

    const string FindWriterSql = $"select {PayoutBatch.Columns} from payments.payout_batches b where b.id = @batch and b.book = @book";

    const string ForgetWriterSql = "update payments.payout_rows set target = null where batch_id = @id and target is not null";

    const string DecideWriterSql = $"""
        update payments.payout_batches b
           set status = @status, updated_at = @now,
               confirmed_by = case when @status = 'confirmed' then @who else b.confirmed_by end,
               confirmed_at = case when @status = 'confirmed' then @now else b.confirmed_at end,
               decided_by = case when @status in ('running', 'rejected') then @who else b.decided_by end,
               decided_at = case when @status in ('running', 'rejected') then @now else b.decided_at end,
               ended_at = case when @status in ('canceled', 'rejected') then @now else b.ended_at end
         where b.id = @id and b.status = @was
        returning {PayoutBatch.Columns}
        """;
}
