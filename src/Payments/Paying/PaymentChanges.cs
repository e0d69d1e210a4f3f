using Dapper;
using Hazina.Accounts;
using Hazina.Accounts.Activities;
using Hazina.Billing;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using NpgsqlTypes;

namespace Hazina.Payments.Paying;

/// <summary>
/// Changes a payment together with the posting that it is about. Those of one payment take turns in a process; of several processes one is told that it came
/// too late, looks again and decides again.
/// </summary>
sealed class PaymentChanges(Database database, Journal journal) : IDisposable
{
    const int MostTries = 8;

    static readonly AlongsideStatement ChangeStatement = new(
        "payments",
        "payments.change_payment",
        ChangeWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Integer,
            NpgsqlDbType.Text,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.TimestampTz,
        ],
        Guarded: true
    );

    readonly SemaphoreSlim[] turns = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1, 1))];

    /// <param name="id">The payment's.</param>
    /// <param name="act">The capture's, refund's … id: of one that is made twice once.</param>
    /// <param name="decide">What is to be posted under an id, as the payment is now; or a no.</param>
    /// <param name="stop">Stops waiting for a turn.</param>
    /// <param name="otherwise">Whether what was refused can be done in another way: then that is decided on.</param>
    /// <returns>The payment as it is afterwards.</returns>
    public async Task<(Payment? Payment, Refusal? Refusal)> Make(
        Guid id,
        Guid act,
        Func<Payment, Guid, ValueTask<(Posting? Posting, Refusal? Refusal)>> decide,
        CancellationToken stop,
        Func<Outcome, bool>? otherwise = null
    )
    {
        var turn = turns[unchecked((uint)id.GetHashCode()) % turns.Length];
        await turn.WaitAsync(stop);
        try
        {
            for (var attempt = 0; attempt < MostTries; attempt++)
            {
                var payment = await Read(id, stop);
                // An earlier try of this very request, whose answer was lost.
                if (await IsDone(act, stop))
                    return (await Read(id, stop), null);
                var (posting, refusal) = await decide(payment, Posting.AttemptId(act, attempt));
                if (posting is null)
                    return (null, refusal);
                var outcome = await journal.Post(posting, stop);
                if (outcome.IsPosted)
                    return (await Read(id, stop), null);
                if (outcome.Status is OutcomeStatus.Conflict or OutcomeStatus.Mismatch || otherwise?.Invoke(outcome) == true)
                    continue;
                // A no is one to the payment as it was read. Another act may have changed it since, or an earlier try of this one that nobody waited for.
                if (outcome.Status == OutcomeStatus.Refused && (await Read(id, stop)).Version != payment.Version)
                    continue;
                return (null, Why(outcome));
            }

            return (null, Refusals.Busy.Because(Refusals.Busy.Explanation) with { RetryAfter = TimeSpan.FromSeconds(1) });
        }
        finally
        {
            turn.Release();
        }
    }

    static Refusal Why(Outcome outcome) =>
        outcome.Is(Hazina.Ledger.Refusals.ReservationNotActive) ? Refusals.Expired.Because(Refusals.Expired.Explanation)
        : outcome.Is(Hazina.Ledger.Refusals.InsufficientFunds)
            ? outcome.ToRefusal() with
            {
                Detail = "The payee's account does not have what is to be given back.",
            }
        : outcome.ToRefusal();

    async Task<Payment> Read(Guid id, CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        return await connection.QuerySingleAsync<Payment>(new CommandDefinition(FindWriterSql, new { id }, cancellationToken: stop));
    }

    async Task<bool> IsDone(Guid act, CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        return await connection.QuerySingleAsync<bool>(new CommandDefinition(IsDoneWriterSql, new { act }, cancellationToken: stop));
    }

    /// <summary>What the payment becomes; where it is another one by then, the posting ends as a conflict.</summary>
    /// <param name="payment">As it was read.</param>
    /// <param name="status">What it is afterwards.</param>
    /// <param name="captured">So much more.</param>
    /// <param name="refunded">So much more.</param>
    /// <param name="fee">So much more of it taken.</param>
    /// <param name="feeReturned">So much more of it given back.</param>
    public static AlongsideRow Row(
        Payment payment,
        PaymentStatus status,
        decimal captured = 0,
        decimal refunded = 0,
        decimal fee = 0,
        decimal feeReturned = 0
    ) =>
        new(
            ChangeStatement,
            $"payments/{payment.Id}",
            [payment.Id, payment.Version, Words.Of(status), captured, refunded, fee, feeReturned, Fill.RecordedAt]
        );

    /// <summary>What is told of a payment that has come to its end.</summary>
    public static PaymentTold Told(Payment payment, PaymentStatus status, decimal amount) =>
        new(
            payment.Id,
            status,
            payment.PayerAccount,
            payment.PayeeAccount,
            WireAmount.Of(amount, payment.Money),
            payment.FeeId is null ? null : WireAmount.Of(payment.FeeQuoted, payment.Money),
            payment.Reference
        );

    public void Dispose()
    {
        foreach (var turn in turns)
            turn.Dispose();
    }

    const string FindWriterSql = $"select {Payment.Columns} from payments.payments p where p.id = @id";

    const string IsDoneWriterSql = """
        select exists (select from payments.captures c where c.id = @act) or exists (select from payments.refunds r where r.id = @act)
            or exists (select from payments.cancellations l where l.id = @act)
        """;

    const string ChangeWriterSql = """
        update payments.payments p
           set status = u.status, captured = p.captured + u.captured, refunded = p.refunded + u.refunded, fee = p.fee + u.fee,
               fee_returned = p.fee_returned + u.fee_returned, version = p.version + 1, updated_at = u.now,
               completed_at = case when u.status = 'completed' then coalesce(p.completed_at, u.now) else p.completed_at end,
               cancelled_at = case when u.status = 'cancelled' then u.now else p.cancelled_at end
          from unnest($1::int[], $2::uuid[], $3::int[], $4::text[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[], $9::timestamptz[])
            as u (ordinal, id, version, status, captured, refunded, fee, fee_returned, now)
         where p.id = u.id and p.version = u.version
        returning u.ordinal
        """;
}
