using System.Text;
using Hazina.Money;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Hazina.Platform.Security;

namespace Hazina.Payments.Intents;

/// <summary>A source of an intent, as far as it has come: a row of <c>payments.intent_legs</c>.</summary>
/// <param name="Position">Its place in the list, from 0; fees on top come out of the last ones.</param>
/// <param name="Type"><c>wallet</c>, or the rail.</param>
/// <param name="AccountId">That pays; of a rail's the payer's account, where its money is kept until it is taken.</param>
/// <param name="Party">Who will be asked, encrypted; null once they are.</param>
/// <param name="TransactionId">The ledger's, that holds it.</param>
/// <param name="ReturnId">The ledger's, that booked what came when it was not wanted any more.</param>
/// <param name="IsSuspended">Whether that could not be given to the account: operations deal with it.</param>
/// <param name="AskedAt">When it was confirmed; null: it is a plan as yet.</param>
sealed record IntentLeg(
    Guid Id,
    Guid IntentId,
    int Position,
    string Type,
    string OwnerType,
    Guid OwnerId,
    Guid AccountId,
    byte[]? Party,
    string? PartyShown,
    decimal Amount,
    string Status,
    string? Receipt,
    string? FailureCode,
    string? FailureReason,
    Guid? TransactionId,
    Guid? ReturnId,
    bool IsSuspended,
    DateTimeOffset? AskedAt,
    DateTimeOffset? AuthorizedAt,
    DateTimeOffset? EndedAt
)
{
    public const string Wallet = "wallet";

    /// <summary>Of legs <c>l</c>, in the order of the record.</summary>
    public const string Columns = """
        l.id, l.intent_id, l.position, l.type, l.owner_type, l.owner_id, l.account_id, l.party, l.party_shown, l.amount, l.status, l.receipt,
        l.failure_code, l.failure_reason, l.transaction_id, l.return_id, l.is_suspended, l.asked_at, l.authorized_at, l.ended_at
        """;

    public static readonly EncryptedColumn PartyColumn = new("payments", "intent_legs", "party");

    public LegStatus State => Words.Read<LegStatus>(Status);

    public bool IsWallet => Type == Wallet;

    /// <summary>Whether it is a plan as yet: it can be replaced, and nobody has heard of it.</summary>
    public bool IsPlanned => State == LegStatus.Pending && AskedAt is null;

    /// <summary>Whether it stands for a part of the total.</summary>
    public bool IsLive => State is LegStatus.Pending or LegStatus.Authorized or LegStatus.Captured;

    /// <summary>Whether its money is there.</summary>
    public bool IsFunded => State is LegStatus.Authorized or LegStatus.Captured;

    /// <summary>What holds it; a leg is held once in its life.</summary>
    public Guid ReservationId => StableId.Of("intent reservation", Id);

    /// <summary>The payer's entry of what is held.</summary>
    public Guid ActivityId => StableId.Of("intent activity", Id);

    /// <summary>By which a rail is asked; a leg is asked for once in its life.</summary>
    public Guid CallId => StableId.Of("intent call", Id);

    public static byte[] Seal(FieldCipher cipher, Guid leg, string phone) =>
        cipher.Seal(Encoding.UTF8.GetBytes(phone), PartyColumn.PlaceOf(leg));

    /// <summary>Who is asked. Throws where they were asked before.</summary>
    public Party Open(FieldCipher cipher) => new(Encoding.UTF8.GetString(cipher.Open(Party!, PartyColumn.PlaceOf(Id))));

    public Amount MoneyOf(Currency currency) => new(Amount, currency);
}

/// <summary>How far a source of an intent has come.</summary>
public enum LegStatus
{
    /// <summary>Planned, or asked for and not answered.</summary>
    Pending,

    /// <summary>Held for the intent.</summary>
    Authorized,

    /// <summary>It went to the payee.</summary>
    Captured,

    /// <summary>It was refused, or nobody answered.</summary>
    Failed,

    /// <summary>It was let go, and what has come of it is the payer's own again.</summary>
    Released,
}
