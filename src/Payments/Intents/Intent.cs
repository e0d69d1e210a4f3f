using Hazina.Money;
using Hazina.Payments.Paying;
using Hazina.Platform.Http;

namespace Hazina.Payments.Intents;

/// <summary>
/// What a customer means to pay out of several sources: a row of <c>payments.intents</c> with its legs. What becomes of it by each thing that happens stands
/// here, without I/O; what has to move for that follows from the difference (<see cref="IntentMove"/>).
/// </summary>
/// <param name="PayerAccount">The payer's: where what comes over rails is kept, and given back.</param>
/// <param name="Total">What the sources have to come to: the amount, and a fee that comes on top of it.</param>
/// <param name="Funded">What is held of it.</param>
/// <param name="PaymentId">The payment that it has become; also the ledger's transaction.</param>
sealed record Intent(
    Guid Id,
    string Book,
    string Type,
    string Status,
    string Capture,
    Guid PayerAccount,
    string PayerOwnerType,
    Guid PayerOwnerId,
    string? PayerName,
    Guid PayeeAccount,
    string PayeeOwnerType,
    Guid PayeeOwnerId,
    string? PayeeName,
    decimal Amount,
    string Currency,
    decimal Total,
    decimal Funded,
    Guid? FeeId,
    string? FeeBearer,
    bool? FeeIsReturned,
    decimal FeeQuoted,
    string? Reference,
    string? Description,
    string? Metadata,
    Guid AskedBy,
    Guid? PaymentId,
    string? CancellationReason,
    string? FailureCode,
    string? FailureReason,
    int Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? ConfirmedAt,
    DateTimeOffset? AuthorizedAt,
    DateTimeOffset? SucceededAt,
    DateTimeOffset? CanceledAt
)
{
    /// <summary>Of intents <c>i</c>, in the order of the record.</summary>
    public const string Columns = """
        i.id, i.book, i.type, i.status, i.capture, i.payer_account, i.payer_owner_type, i.payer_owner_id, i.payer_name, i.payee_account, i.payee_owner_type,
        i.payee_owner_id, i.payee_name, i.amount, i.currency, i.total, i.funded, i.fee_id, i.fee_bearer, i.fee_is_returned, i.fee_quoted, i.reference,
        i.description, i.metadata::text, i.asked_by, i.payment_id, i.cancellation_reason, i.failure_code, i.failure_reason, i.version, i.created_at,
        i.updated_at, i.expires_at, i.confirmed_at, i.authorized_at, i.succeeded_at, i.canceled_at
        """;

    /// <summary>In their order.</summary>
    public IReadOnlyList<IntentLeg> Legs { get; init; } = [];

    public IntentStatus State => Words.Read<IntentStatus>(Status);

    public Currency Money => Hazina.Money.Currency.Of(Currency);

    public bool IsOpen => State is not (IntentStatus.Succeeded or IntentStatus.Canceled);

    public bool IsFeeOnTop => FeeBearer == Words.Of(Billing.FeeBearer.Payer);

    /// <summary>What no source stands for.</summary>
    public decimal Missing => Total - Legs.Where(l => l.IsLive).Sum(l => l.Amount);

    /// <summary>Without the sources that are plans as yet.</summary>
    public Intent Cleared() => With([.. Legs.Where(l => !l.IsPlanned)]);

    /// <summary>With sources for what is missing, in the place of those that were plans as yet.</summary>
    public Intent Placed(IEnumerable<IntentLeg> sources)
    {
        var kept = Cleared().Legs;
        var next = kept.Count == 0 ? 0 : kept[^1].Position + 1;
        return With([.. kept, .. sources.Select((s, i) => s with { Position = next + i })]);
    }

    /// <summary>What was planned is held, or asked for.</summary>
    /// <param name="transaction">That does it.</param>
    /// <param name="now">Roughly; the journal's time is written.</param>
    public Intent Asked(Guid transaction, DateTimeOffset now) =>
        With([
            .. Legs.Select(l =>
                !l.IsPlanned ? l
                : l.IsWallet ? Held(l with { AskedAt = now }, transaction, receipt: null)
                : l with { AskedAt = now }
            ),
        ]) with
        {
            FailureCode = null,
            FailureReason = null,
        };

    /// <summary>Money of a rail has come, and is held.</summary>
    public Intent Came(IntentLeg leg, Guid transaction, string? receipt)
    {
        var after = With(leg, Held(leg, transaction, receipt));
        return after.State == IntentStatus.RequiresSource ? after : after with { FailureCode = null, FailureReason = null };
    }

    /// <summary>Money of a rail has come that is not wanted, or cannot be kept: it is the payer's own.</summary>
    public Intent GivenBack(IntentLeg leg, Guid transaction, string? receipt, bool isSuspended, RefusalType? why)
    {
        var after = With(
            leg,
            leg with
            {
                Status = Words.Of(LegStatus.Released),
                ReturnId = transaction,
                Receipt = receipt,
                IsSuspended = isSuspended,
                FailureCode = why?.Code ?? leg.FailureCode,
                FailureReason = why?.Title ?? leg.FailureReason,
            }
        );
        return why is null ? after : after with { FailureCode = why.Code, FailureReason = why.Title };
    }

    /// <summary>A rail has said no, or nobody answered.</summary>
    public Intent Failed(IntentLeg leg, string? code, string? reason) =>
        With(leg, leg with { Status = Words.Of(LegStatus.Failed), FailureCode = code, FailureReason = reason }) with
        {
            FailureCode = code,
            FailureReason = reason,
        };

    /// <summary>What was held is the payer's again; what was asked for may still come.</summary>
    public Intent LetGo() =>
        With([.. Legs.Select(l => l.State == LegStatus.Authorized ? l with { Status = Words.Of(LegStatus.Released) } : l)]);

    public Intent Canceled(CancellationReason reason) =>
        this with
        {
            Legs = [.. Legs.Select(l => l.IsLive ? l with { Status = Words.Of(LegStatus.Released) } : l)],
            Funded = 0,
            Status = Words.Of(IntentStatus.Canceled),
            CancellationReason = Words.Of(reason),
        };

    /// <summary>All of it went to the payee, if all of it is held and nobody has to say so.</summary>
    public Intent Settled(Guid transaction) =>
        State == IntentStatus.RequiresCapture && Capture == Words.Of(CaptureMethod.Automatic) ? Captured(transaction) : this;

    /// <summary>All of it went to the payee.</summary>
    /// <param name="transaction">That took it; the payment has its id.</param>
    public Intent Captured(Guid transaction) =>
        this with
        {
            Legs = [.. Legs.Select(l => l.State == LegStatus.Authorized ? l with { Status = Words.Of(LegStatus.Captured) } : l)],
            Status = Words.Of(IntentStatus.Succeeded),
            PaymentId = transaction,
        };

    /// <summary>Where each leg's money goes: the amount to the payee out of the first ones, a fee on top out of the last.</summary>
    public IEnumerable<(IntentLeg Leg, decimal ToPayee, decimal ForFee)> Shares()
    {
        var left = Amount;
        foreach (var leg in Legs.Where(l => l.IsFunded))
        {
            var share = Math.Min(left, leg.Amount);
            left -= share;
            yield return (leg, share, leg.Amount - share);
        }
    }

    static IntentLeg Held(IntentLeg leg, Guid transaction, string? receipt) =>
        leg with
        {
            Status = Words.Of(LegStatus.Authorized),
            TransactionId = transaction,
            Receipt = receipt,
            FailureCode = null,
            FailureReason = null,
        };

    Intent With(IntentLeg leg, IntentLeg changed) => With([.. Legs.Select(l => l.Id == leg.Id ? changed : l)]);

    /// <summary>The same with these legs; what it waits for follows from them, as long as it is open.</summary>
    Intent With(IReadOnlyList<IntentLeg> legs)
    {
        if (!IsOpen)
            return this with { Legs = legs };
        var status =
            legs.Where(l => l.IsLive).Sum(l => l.Amount) < Total ? IntentStatus.RequiresSource
            : legs.Any(l => l.IsPlanned) ? IntentStatus.RequiresConfirmation
            : legs.Any(l => l.State == LegStatus.Pending) ? IntentStatus.RequiresAction
            : IntentStatus.RequiresCapture;
        return this with { Legs = legs, Funded = legs.Where(l => l.IsFunded).Sum(l => l.Amount), Status = Words.Of(status) };
    }
}

/// <summary>What an intent waits for, or has come to.</summary>
public enum IntentStatus
{
    /// <summary>For sources, or for others in the place of those that failed.</summary>
    RequiresSource,

    /// <summary>For the payer's word.</summary>
    RequiresConfirmation,

    /// <summary>For the payer to answer on the phone.</summary>
    RequiresAction,

    /// <summary>For the payee to take what is held.</summary>
    RequiresCapture,

    Succeeded,
    Canceled,
}

/// <summary>Why an intent came to nothing.</summary>
public enum CancellationReason
{
    Abandoned,
    Duplicate,
    Expired,
    Fraudulent,
    RequestedByCustomer,
}
