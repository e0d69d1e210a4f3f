using System.ComponentModel;
using System.Text.Json;
using Hazina.Platform.Events;
using Hazina.Platform.Http;

namespace Hazina.Ledger;

/// <summary>
/// What the ledger tells. It writes no outbox: the journal has it all, and the relay reads it from there after the commit, so that posting
/// costs nothing more.
/// </summary>
public static class Events
{
    /// <summary>Legs were posted: an ordinary movement, a capture, a reversal.</summary>
    public static readonly EventType<TransactionPosted> TransactionPosted = new(
        "ledger.transaction.posted.v1",
        "Money has moved. Told once for each transaction that has legs."
    );

    public static readonly EventType<AccountOpened> AccountOpened = new("ledger.account.opened.v1", "An account was opened.");

    public static readonly EventType<AccountChanged> AccountChanged = new(
        "ledger.account.changed.v1",
        "An account's limits were changed, or it was frozen or unfrozen. What is not there stayed as it was."
    );

    public static readonly EventType<AccountClosed> AccountClosed = new("ledger.account.closed.v1", "An account was closed, for ever.");

    public static readonly EventType<ReservationChanged> ReservationMade = new(
        "ledger.reservation.made.v1",
        "Money was held back on an account. What draws on it later is told by the transaction that does."
    );

    public static readonly EventType<ReservationChanged> ReservationReleased = new(
        "ledger.reservation.released.v1",
        "Money that was held back was given free again, in whole or in part."
    );

    public static readonly EventType<ReservationChanged> ReservationExpired = new(
        "ledger.reservation.expired.v1",
        "A reservation's time was over; what was left of it is free again."
    );

    public static IReadOnlyList<EventType> All { get; } =
    [TransactionPosted, AccountOpened, AccountChanged, AccountClosed, ReservationMade, ReservationReleased, ReservationExpired];
}

/// <summary>See <see cref="Events.TransactionPosted"/>.</summary>
public sealed record TransactionPosted(
    [property: Description("The transaction's id.")] Guid Transaction,
    [property: Description("What it is to the business.")] string Kind,
    [property: Description("Its first row in the journal.")] long Row,
    [property: Description("The value date where it is not the day it was recorded.")] DateOnly? EffectiveDate,
    [property: Description("Whether it recorded what had already happened elsewhere, past floors and freezes.")] bool Forced,
    [property: Description("The transaction that this one reverses.")] Guid? Reverses,
    string? Reference,
    string? Description,
    JsonElement? Metadata,
    IReadOnlyList<PostedLeg> Legs
);

/// <summary>A leg of a <see cref="TransactionPosted"/>. Balances are posted ones, on each account's normal side.</summary>
public sealed record PostedLeg(
    [property: Description("The account that was debited.")] Guid Debit,
    [property: Description("The account that was credited.")] Guid Credit,
    WireAmount Amount,
    WireAmount DebitBalanceAfter,
    WireAmount CreditBalanceAfter,
    [property: Description("The reservation that it drew on.")] Guid? Reservation
);

/// <summary>See <see cref="Events.AccountOpened"/>.</summary>
public sealed record AccountOpened(
    Guid Account,
    [property: Description("The transaction that did it.")] Guid Transaction,
    string Currency,
    AccountClass Class,
    string? Owner,
    [property: Description("Decimal digits, or none.")] string Floor,
    [property: Description("Decimal digits, or none.")] string Ceiling
);

/// <summary>See <see cref="Events.AccountChanged"/>.</summary>
public sealed record AccountChanged(
    Guid Account,
    [property: Description("The transaction that did it.")] Guid Transaction,
    [property: Description("Decimal digits, or none.")] string? Floor,
    [property: Description("Decimal digits, or none.")] string? Ceiling,
    [property: Description("Which side takes no postings from now on.")] Freeze? Frozen
);

/// <summary>See <see cref="Events.AccountClosed"/>.</summary>
public sealed record AccountClosed(Guid Account, [property: Description("The transaction that did it.")] Guid Transaction);

/// <summary>See <see cref="Events.ReservationMade"/>, <see cref="Events.ReservationReleased"/>, <see cref="Events.ReservationExpired"/>.</summary>
public sealed record ReservationChanged(
    Guid Reservation,
    Guid Account,
    [property: Description("The transaction that did it.")] Guid Transaction,
    [property: Description("How much was held back, or is free again.")] WireAmount Amount,
    [property: Description("What is held on the account, afterwards.")] WireAmount ReservedAfter,
    [property: Description("When it expires by itself.")] DateTimeOffset? ExpiresAt
);
