using System.Text;
using Dapper;
using Hazina.Accounts;
using Hazina.Identity;
using Hazina.Ledger;
using Hazina.Payments.Paying;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Microsoft.Extensions.Options;
using NpgsqlTypes;

namespace Hazina.Payments.StandingOrders;

/// <summary>
/// Pays a due date: the payment and the date's row are one commit. Each try has an id that follows from the date and from how many tries there were, so that
/// whoever makes one twice makes it once; and of two tries at once the later finds the row changed.
/// </summary>
sealed class DuePayment(
    OrderDesk desk,
    PaymentMaker maker,
    CustomerAccounts accounts,
    People people,
    IOptions<StandingOrderOptions> options
)
{
    /// <summary>Ids of tries are that many.</summary>
    const int MostAttempts = 250;

    static readonly AlongsideStatement Paid = new(
        "payments",
        "payments.standing_order_paid",
        PaidWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Integer, NpgsqlDbType.Uuid, NpgsqlDbType.TimestampTz],
        Guarded: true
    );

    /// <returns>Whether anything became of it.</returns>
    public async Task<bool> Make(OrderRun run, CancellationToken stop)
    {
        var row = await Find(run.OrderId, stop);
        var (order, limits, refusal) = await Order(row, run, stop);
        if (refusal is not null)
            return await Failed(run, refusal, isFinal: true, stop);
        var posting = order.Posting(order.Id, limits.Conditions, [], [PaidBy(run, order.Id), Told(row, run, order.Id)]);
        // What is refused is told by the date itself; a payment that failed for each try would fill its payer's list.
        var outcome = await maker.Post(posting with { WhenRefused = [] }, stop);
        switch (outcome.Status)
        {
            case OutcomeStatus.Posted:
                return true;
            case OutcomeStatus.Refused:
                var isFinal = !outcome.Is(Hazina.Ledger.Refusals.InsufficientFunds) && !outcome.Is(Hazina.Ledger.Refusals.TurnoverExceeded);
                return await Failed(run, CreatePayment.Why(outcome, order, limits), isFinal, stop);
            case OutcomeStatus.Mismatch:
                // This try was refused before, under limits that are others by now, and whoever made it came no further.
                return await Again(run, stop);
            case OutcomeStatus.Faulty:
                throw new InvalidOperationException($"The payment {order.Id} could not be stored: {outcome.Code} {outcome.Field}.");
            default:
                return false;
        }
    }

    async Task<(PaymentOrder Order, OutgoingLimits Limits, Refusal? Refusal)> Order(StandingOrder row, OrderRun run, CancellationToken stop)
    {
        var payer = await accounts.Find(row.Book, row.AccountId, stop);
        var payee = await accounts.Find(row.Book, row.PayeeAccount, stop);
        if (payer is null or { IsClosed: true })
            return (null!, null!, Hazina.Accounts.Refusals.Closed.Because("The account that pays is closed."));
        if (payee is null or { IsClosed: true })
            return (null!, null!, Refusals.NoSuchPayee.Because("The account that is paid is closed."));
        if (await people.FindById(row.OwnerId, stop) is null)
            return (null!, null!, OrderRefusals.OwnerInactive.Because("The owner of the order is not active."));
        // No caller can send a key with a space in it.
        var key = $"standing order {row.Id} {run.Due:yyyy-MM-dd}";
        return await maker.Order(
            payer,
            payee,
            new PaymentWish(payer.Id, new CreatePayment.PayeeName(payee.Id), row.Money, null, null, row.Reference, row.Description, null),
            Posting.AttemptId(run.Id, run.Attempts),
            new IdempotencyKey(key, run.Id) { Fingerprint = Encoding.UTF8.GetBytes(key) },
            row.AskedBy,
            stop
        );
    }

    async Task<StandingOrder> Find(Guid order, CancellationToken stop)
    {
        await using var connection = await desk.Open(stop);
        return await connection.QuerySingleAsync<StandingOrder>(
            new CommandDefinition(FindWriterSql, new { order }, cancellationToken: stop)
        );
    }

    async Task<bool> Again(OrderRun run, CancellationToken stop)
    {
        if (run.Attempts >= MostAttempts)
            throw new InvalidOperationException($"The due date {run.Id} was tried {run.Attempts} times.");
        await using var connection = await desk.Open(stop);
        return await connection.ExecuteAsync(
                new CommandDefinition(
                    AgainWriterSql,
                    new
                    {
                        run.Id,
                        run.Attempts,
                        now = desk.Now,
                    },
                    cancellationToken: stop
                )
            ) == 1;
    }

    /// <summary>Tries it again later; or gives it up, and the order too where that was one failure in a row too many.</summary>
    async Task<bool> Failed(OrderRun run, Refusal why, bool isFinal, CancellationToken stop)
    {
        var now = desk.Now;
        var isOver = isFinal || run.Attempts + 1 >= options.Value.Tries;
        await using var connection = await desk.Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var row = await OrderDesk.Hold(transaction, run.OrderId, stop);
        var values = new
        {
            run.Id,
            run.Attempts,
            status = Words.Of(isOver ? RunStatus.Failed : RunStatus.Pending),
            code = why.Type.Code,
            reason = why.Detail,
            next = now + options.Value.TryEvery,
            now,
            run.OrderId,
            most = options.Value.MostFailures,
        };
        if (await connection.ExecuteAsync(new CommandDefinition(FailedWriterSql, values, transaction, cancellationToken: stop)) != 1)
            return true; // somebody else was there
        if (isOver)
        {
            List<NewEvent> told =
            [
                OrderEvents.Failed.Of(
                    row.Book,
                    row.Id.ToString(),
                    now,
                    new RunTold(row.Id, run.Id, run.Due, WireAmount.Of(row.Money), null, why.Type.Code)
                ),
            ];
            var failures = await connection.QuerySingleAsync<int>(
                new CommandDefinition(FailuresWriterSql, values, transaction, cancellationToken: stop)
            );
            if (row.State == OrderStatus.Active && failures >= options.Value.MostFailures)
            {
                row = row with { Status = Words.Of(OrderStatus.Paused), PausedWhy = "failures" };
                await desk.Save(transaction, row, stop);
                // Nothing of it is paid until it goes on: neither are its other dates that were being tried.
                await desk.CancelRuns(transaction, row.Id, stop);
                told.Add(OrderEvents.Paused.Of(row.Book, row.Id.ToString(), now, row.Told()));
            }

            await Outbox.Write(transaction, told);
        }

        await transaction.CommitAsync(stop);
        return true;
    }

    static AlongsideRow PaidBy(OrderRun run, Guid payment) =>
        new(Paid, $"standing_order_runs/{run.Id}", [run.Id, run.Attempts, payment, Fill.RecordedAt]);

    static AlongsideRow Told(StandingOrder row, OrderRun run, Guid payment) =>
        AlongsideRow.Event(
            OrderEvents.Paid,
            row.Book,
            row.Id.ToString(),
            new RunTold(row.Id, run.Id, run.Due, WireAmount.Of(row.Money), payment, null)
        );

    const string FindWriterSql = $"select {StandingOrder.Columns} from payments.standing_orders o where o.id = @order";

    const string PaidWriterSql = """
        update payments.standing_order_runs r
           set status = 'paid', payment_id = u.payment_id, failure_code = null, failure_reason = null, updated_at = u.now
          from unnest($1::int[], $2::uuid[], $3::int[], $4::uuid[], $5::timestamptz[]) as u (ordinal, id, attempts, payment_id, now)
         where r.id = u.id and r.status = 'pending' and r.attempts = u.attempts
        returning u.ordinal
        """;

    const string AgainWriterSql = """
        update payments.standing_order_runs set attempts = attempts + 1, updated_at = @now
         where id = @id and status = 'pending' and attempts = @attempts
        """;

    const string FailedWriterSql = """
        update payments.standing_order_runs
           set status = @status, attempts = attempts + 1, failure_code = @code, failure_reason = left(@reason, 500), next_try_at = @next, updated_at = @now
         where id = @id and status = 'pending' and attempts = @attempts
        """;

    // Those in a row, from the last date on, that came to nothing.
    const string FailuresWriterSql = """
        select count(*)::int
          from (select r.status from payments.standing_order_runs r
                 where r.order_id = @orderId and r.status in ('paid', 'failed') order by r.due desc limit @most) as last
         where last.status = 'failed'
        """;
}
