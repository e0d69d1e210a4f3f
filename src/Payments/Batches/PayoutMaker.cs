using System.Text;
using System.Text.Json;
using Dapper;
using Hazina.Accounts;
using Hazina.Identity;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Payments.Paying;
using Hazina.Payments.Providers;
using Hazina.Payments.Withdrawals;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.Extensions.Options;
using NpgsqlTypes;

namespace Hazina.Payments.Batches;

/// <summary>
/// Makes a line: a payment or a withdrawal under the line's own id, in one commit with the line's row. A line that was cut off is made again under the same id,
/// and of two who make one the later finds the row changed.
/// </summary>
sealed class PayoutMaker(
    BatchDesk desk,
    CustomerAccounts accounts,
    People people,
    PaymentMaker maker,
    WithdrawalRoutes ways,
    WithdrawalHold hold,
    FieldCipher cipher,
    IOptions<RailOptions> rails,
    IOptions<BatchOptions> options
)
{
    const int MostAttempts = 250;
    static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    static readonly AlongsideStatement Paid = new(
        "payments",
        "payments.payout_row_paid",
        PaidWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.TimestampTz],
        Guarded: true
    );

    static readonly AlongsideStatement Sent = new(
        "payments",
        "payments.payout_row_sent",
        SentWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.TimestampTz],
        Guarded: true
    );

    public async Task Make(DueRow row, CancellationToken stop)
    {
        var payer = await accounts.Find(row.Book, row.AccountId, stop);
        if (payer is null or { IsClosed: true })
            await Failed(row, Hazina.Accounts.Refusals.Closed.Because("The account that pays is closed."), stop);
        else if (row.Target is null || await people.FindById(row.OwnerId, stop) is null)
            await Failed(row, StandingOrders.OrderRefusals.OwnerInactive.Because("The owner of the account is not active."), stop);
        else if (Target(row) is { Number: { } number })
            await Pay(row, payer, number, stop);
        else
            await Withdraw(row, payer, Target(row).Party, stop);
    }

    PayoutTarget Target(DueRow row) =>
        JsonSerializer.Deserialize<PayoutTarget>(cipher.Open(row.Target!, CreateBatch.Target.PlaceOf(row.Id)), JsonSettings.Options)!;

    async Task Pay(DueRow row, CustomerAccount payer, string number, CancellationToken stop)
    {
        var payee = await accounts.FindByNumber(row.Book, number, stop);
        if (payee is null or { IsClosed: true })
        {
            await Failed(row, Refusals.NoSuchPayee.Because("There is no open account with this number."), stop);
            return;
        }

        // No caller can send a key with a space in it.
        var key = $"payout {row.BatchId} {row.Line}";
        var (order, limits, refusal) = await maker.Order(
            payer,
            payee,
            new PaymentWish(payer.Id, new CreatePayment.PayeeName(payee.Id), row.Money, null, null, row.Reference, null, null),
            Posting.AttemptId(row.Id, row.Attempts),
            new IdempotencyKey(key, row.Id) { Fingerprint = Encoding.UTF8.GetBytes(key) },
            row.ConfirmedBy,
            stop,
            isVouchedFor: true
        );
        refusal ??= row.Dearer(order.Needed.Value - row.Amount);
        if (refusal is not null)
        {
            await Failed(row, refusal, stop);
            return;
        }

        var posting = order.Posting(
            order.Id,
            limits.Conditions,
            [],
            [new AlongsideRow(Paid, $"payout_rows/{row.Id}", [row.Id, order.Id, Fill.RecordedAt])]
        );
        // A line that failed tells so itself.
        var outcome = await maker.Post(posting with { WhenRefused = [] }, stop);
        if (outcome.Status == OutcomeStatus.Refused)
            await Failed(row, CreatePayment.Why(outcome, order, limits), stop);
        else if (outcome.Status == OutcomeStatus.Mismatch)
            await Again(row, stop);
        else if (outcome.Status == OutcomeStatus.Faulty)
            throw new InvalidOperationException($"The payment {order.Id} could not be stored: {outcome.Code} {outcome.Field}.");
    }

    async Task Withdraw(DueRow row, CustomerAccount payer, Party party, CancellationToken stop)
    {
        var (rail, refusal) = ways.For(party);
        refusal ??= RailChecks.Unfit(rail!, CallKind.Payout, row.Book, row.Money, rails.Value, "to");
        refusal ??= await ways.NameFault(rail!, party, stop);
        if (refusal is not null)
        {
            if (refusal.Type == RailRefusals.ProviderDown)
                await Later(row, stop);
            else
                await Failed(row, refusal, stop);
            return;
        }

        var fee = await hold.Fee(payer, rail!, row.Money, stop);
        if (row.Dearer(fee?.Amount.Value ?? 0m) is { } dearer)
        {
            await Failed(row, dearer, stop);
            return;
        }

        var order = new WithdrawalOrder(row.Id, payer, rail!, party, row.Money, fee, row.Reference, row.ConfirmedBy)
        {
            IsVouchedFor = true,
        };
        var (status, why) = await hold.Make(order, [new AlongsideRow(Sent, $"payout_rows/{row.Id}", [row.Id, Fill.RecordedAt])], stop);
        if (status is null or OutcomeStatus.Refused or OutcomeStatus.Mismatch)
            await Failed(row, why!, stop);
        else if (status == OutcomeStatus.Faulty)
            throw new InvalidOperationException($"The withdrawal {row.Id} could not be stored: {why!.Detail}");
    }

    /// <summary>What could not be dealt with comes again after the others.</summary>
    public Task PutOff(DueRow row, CancellationToken stop) =>
        Run(
            LaterWriterSql,
            new
            {
                row.Id,
                next = desk.Now + Pause,
                now = desk.Now,
            },
            stop
        );

    /// <summary>The provider does not answer at the moment; it waits for a while, and not for ever.</summary>
    async Task Later(DueRow row, CancellationToken stop)
    {
        if (desk.Now >= row.DecidedAt + options.Value.Patience)
            await Failed(row, BatchRefusals.NotAnswered.Because("The provider was not to be reached."), stop);
        else
            await PutOff(row, stop);
    }

    Task Again(DueRow row, CancellationToken stop) =>
        row.Attempts < MostAttempts
            ? Run(
                AgainWriterSql,
                new
                {
                    row.Id,
                    row.Attempts,
                    now = desk.Now,
                },
                stop
            )
            : throw new InvalidOperationException($"The line {row.Id} was tried {row.Attempts} times.");

    Task Failed(DueRow row, Refusal why, CancellationToken stop) =>
        Run(
            FailedWriterSql,
            new
            {
                row.Id,
                row.Attempts,
                code = why.Type.Code,
                reason = why.Detail,
                now = desk.Now,
            },
            stop
        );

    async Task Run(string sql, object values, CancellationToken stop)
    {
        await using var connection = await desk.Open(stop);
        await connection.ExecuteAsync(new CommandDefinition(sql, values, cancellationToken: stop));
    }

    const string PaidWriterSql = """
        update payments.payout_rows r set status = 'paid', payment_id = u.payment_id, target = null, updated_at = u.now
          from unnest($1::int[], $2::uuid[], $3::uuid[], $4::timestamptz[]) as u (ordinal, id, payment_id, now)
         where r.id = u.id and r.status = 'pending'
        returning u.ordinal
        """;

    const string SentWriterSql = """
        update payments.payout_rows r set status = 'sent', withdrawal_id = u.id, target = null, updated_at = u.now
          from unnest($1::int[], $2::uuid[], $3::timestamptz[]) as u (ordinal, id, now)
         where r.id = u.id and r.status = 'pending'
        returning u.ordinal
        """;

    const string FailedWriterSql = """
        update payments.payout_rows set status = 'failed', failure_code = @code, failure_reason = left(@reason, 500), target = null, updated_at = @now
         where id = @id and status = 'pending' and attempts = @attempts
        """;

    const string AgainWriterSql = """
        update payments.payout_rows set attempts = attempts + 1, updated_at = @now where id = @id and status = 'pending' and attempts = @attempts
        """;

    const string LaterWriterSql =
        "update payments.payout_rows set next_try_at = @next, updated_at = @now where id = @id and status = 'pending'";
}

/// <summary>A line that is to be made.</summary>
/// <param name="Target">Encrypted; null: it was erased.</param>
/// <param name="Fee">On top, as those saw it who decided; null: from before that was kept.</param>
sealed record DueRow(
    Guid Id,
    Guid BatchId,
    int Line,
    byte[]? Target,
    decimal Amount,
    decimal? Fee,
    string? Reference,
    int Attempts,
    string Book,
    Guid AccountId,
    Guid OwnerId,
    string Currency,
    Guid ConfirmedBy,
    DateTimeOffset DecidedAt
)
{
    public Amount Money => new(Amount, Hazina.Money.Currency.Of(Currency));

    /// <summary>A no where it would cost more than was decided on.</summary>
    public Refusal? Dearer(decimal fee) =>
        Fee is { } shown && fee > shown
            ? Hazina.Billing.Refusals.FeeChanged.Because(
                $"The fee is {new Amount(fee, Money.Currency)}, and was {new Amount(shown, Money.Currency)}."
            )
            : null;
}
