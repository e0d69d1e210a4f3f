using System.Globalization;
using Hazina.Money;

namespace Hazina.Payments.Providers;

/// <summary>Money that is asked for over a rail, or sent over it: a row of <c>payments.provider_calls</c>.</summary>
/// <param name="Id">Also what the vendor knows it by, where it takes an id of ours.</param>
/// <param name="Purpose">Whose it is (<see cref="ICallPurpose"/>), with the id there.</param>
/// <param name="Party">Who pays or is paid, encrypted; see <see cref="Providers.Party"/>.</param>
/// <param name="Reference">What the payer reads, 12 characters.</param>
/// <param name="VendorId">What the vendor calls it, once that is known.</param>
/// <param name="VendorRef">Another id of the vendor's.</param>
/// <param name="Receipt">The rail's own, of money that has moved.</param>
/// <param name="Attempts">How often it was sent, as far as it may have arrived.</param>
/// <param name="NextAt">When to look at it again; null: never by itself.</param>
/// <param name="StuckAt">Since when people have to look at it.</param>
sealed record ProviderCall(
    Guid Id,
    string Provider,
    string Kind,
    string Purpose,
    Guid PurposeId,
    string Book,
    decimal Amount,
    string Currency,
    byte[] Party,
    string PartyShown,
    string Reference,
    string Status,
    string? VendorId,
    string? VendorRef,
    string? Receipt,
    string? FailureCode,
    string? FailureReason,
    int Attempts,
    int Queries,
    DateTimeOffset? NextAt,
    DateTimeOffset DeadlineAt,
    DateTimeOffset? StuckAt,
    int Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    /// <summary>Of calls <c>c</c>, in the order of the record.</summary>
    public const string Columns = """
        c.id, c.provider, c.kind, c.purpose, c.purpose_id, c.book, c.amount, c.currency, c.party, c.party_shown, c.reference, c.status, c.vendor_id,
        c.vendor_ref, c.receipt, c.failure_code, c.failure_reason, c.attempts, c.queries, c.next_at, c.deadline_at, c.stuck_at, c.version, c.created_at,
        c.updated_at
        """;

    public Amount Money => new(Amount, Hazina.Money.Currency.Of(Currency));

    public bool IsCollect => Kind == CallKind.Collect;

    /// <summary>The purpose of calls that send back what came in.</summary>
    public const string Reversal = "reversal";

    public bool IsReversal => Purpose == Reversal;

    /// <summary>Whether what became of it is known; of a collect that failed it may still turn out otherwise.</summary>
    public bool IsOver => Status is CallStatus.Succeeded or CallStatus.Failed or CallStatus.Cancelled;

    /// <summary>Whether the vendor cannot have heard of it.</summary>
    public bool HasNeverLeft => Status == CallStatus.Created && Attempts == 0;

    /// <summary>Digits as vendors take them: 100, 100.50.</summary>
    public string Digits => Amount.ToString("0.########", CultureInfo.InvariantCulture);
}

/// <summary>Which way the money goes.</summary>
static class CallKind
{
    public const string Collect = "collect",
        Payout = "payout";
}

/// <summary>How far a call has come.</summary>
static class CallStatus
{
    /// <summary>Not sent yet, or surely not arrived.</summary>
    public const string Created = "created";

    /// <summary>The vendor has taken it.</summary>
    public const string Prompted = "prompted";

    /// <summary>The money has moved.</summary>
    public const string Succeeded = "succeeded";

    /// <summary>It has not, and the rail has said so, or nobody has answered in time.</summary>
    public const string Failed = "failed";

    /// <summary>The payer has said no.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>It may have arrived: only asking tells, or time.</summary>
    public const string Unknown = "unknown";
}
