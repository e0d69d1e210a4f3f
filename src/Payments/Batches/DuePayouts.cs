using Dapper;
using Hazina.Platform.Events;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Batches;

/// <summary>
/// The job: makes so many lines of each batch that is running in a turn, and ends batches that have none left. What is cut off is gone on with in the next
/// turn.
/// </summary>
sealed partial class DuePayouts(BatchDesk desk, PayoutMaker maker, IOptions<BatchOptions> options, ILogger<DuePayouts> logger)
{
    public static readonly TimeSpan Turn = TimeSpan.FromSeconds(5);

    const int SideBySide = 8;

    public async Task Make(CancellationToken stop)
    {
        List<DueRow> due;
        await using (var connection = await desk.Open(stop))
        {
            var values = new
            {
                now = desk.Now,
                each = options.Value.LinesATurn,
                all = options.Value.LinesATurnOfAll,
            };
            due = [.. await connection.QueryAsync<DueRow>(new CommandDefinition(DueWriterSql, values, cancellationToken: stop))];
        }

        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = stop },
            async (row, token) => await MakeOne(row, token)
        );
        await End(stop);
    }

    /// <summary>One that cannot be dealt with keeps nobody else from being paid.</summary>
    async Task MakeOne(DueRow row, CancellationToken stop)
    {
        try
        {
            await maker.Make(row, stop);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            NotMade(logger, e, row.Line, row.BatchId);
            await maker.PutOff(row, CancellationToken.None);
        }
    }

    async Task End(CancellationToken stop)
    {
        await using var connection = await desk.Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var now = desk.Now;
        var ended = await connection.QueryAsync<PayoutBatch>(
            new CommandDefinition(EndWriterSql, new { now }, transaction, cancellationToken: stop)
        );
        await Outbox.Write(transaction, [.. ended.Select(b => BatchEvents.Ended.Of(b.Book, b.Id.ToString(), now, b.Told(b.State)))]);
        await transaction.CommitAsync(stop);
    }

    /// <summary>Cancels files that nobody has decided on.</summary>
    public async Task Abandon(CancellationToken stop)
    {
        await using var connection = await desk.Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var now = desk.Now;
        var values = new { now, before = now - options.Value.Undecided };
        var ended = (
            await connection.QueryAsync<PayoutBatch>(new CommandDefinition(AbandonWriterSql, values, transaction, cancellationToken: stop))
        ).AsList();
        await connection.ExecuteAsync(
            new CommandDefinition(ForgetWriterSql, new { ids = ended.Select(b => b.Id).ToArray() }, transaction, cancellationToken: stop)
        );
        await Outbox.Write(transaction, [.. ended.Select(b => BatchEvents.Canceled.Of(b.Book, b.Id.ToString(), now, b.Told(b.State)))]);
        await transaction.CommitAsync(stop);
    }

    [LoggerMessage(5201, LogLevel.Error, "The line {Line} of the payout batch {Batch} could not be dealt with")]
    static partial void NotMade(ILogger logger, Exception exception, int line, Guid batch);

    // Of each batch its first lines, so that a long one does not keep the others waiting.
    const string DueWriterSql = """
        select r.id, r.batch_id, r.line, r.target, r.amount, r.fee, r.reference, r.attempts, b.book, b.account_id, b.owner_id, b.currency, b.confirmed_by,
               b.decided_at
          from payments.payout_batches b
         cross join lateral (
                select o.id, o.batch_id, o.line, o.target, o.amount, o.fee, o.reference, o.attempts
                  from payments.payout_rows o
                 where o.batch_id = b.id and o.status = 'pending' and o.next_try_at <= @now order by o.line limit @each) as r
         where b.status = 'running'
         order by row_number() over (partition by r.batch_id order by r.line), b.decided_at limit @all
        """;

    const string AbandonWriterSql = $"""
        update payments.payout_batches b set status = 'canceled', ended_at = @now, updated_at = @now
         where b.id in (select id from payments.payout_batches
                         where status in ('validated', 'confirmed') and updated_at < @before order by updated_at limit 100 for update skip locked)
        returning {PayoutBatch.Columns}
        """;

    const string ForgetWriterSql = "update payments.payout_rows set target = null where batch_id = any (@ids) and target is not null";

    const string EndWriterSql = $"""
        update payments.payout_batches b
           set ended_at = @now, updated_at = @now,
               status = case when exists (
                   select from payments.payout_rows r left join payments.withdrawals w on w.id = r.withdrawal_id
                    where r.batch_id = b.id and (r.status = 'failed' or w.status in ('failed', 'canceled'))) then 'partly_failed' else 'completed' end
         where b.status = 'running'
           and not exists (select from payments.payout_rows r where r.batch_id = b.id and r.status = 'pending')
           and not exists (
                   select from payments.payout_rows r join payments.withdrawals w on w.id = r.withdrawal_id
                    where r.batch_id = b.id and w.status in ('pending', 'in_transit'))
        returning {PayoutBatch.Columns}
        """;
}
