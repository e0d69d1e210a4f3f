using System.ComponentModel;
using Hazina.Accounts.Activities;
using Hazina.Accounts.Holdings;
using Hazina.Ledger;
using Hazina.Platform.Events;
using Hazina.Platform.Http;

namespace Hazina.Accounts;

/// <summary>What accounts tell. Ids and states; names and other text about people stay where they can be erased.</summary>
public static class Events
{
    public static readonly EventType<CustomerAccountOpened> AccountOpened = new(
        "accounts.account.opened.v1",
        "A customer's account was opened."
    );

    public static readonly EventType<CustomerAccountFrozen> AccountFrozen = new(
        "accounts.account.frozen.v1",
        "An account was frozen, or unfrozen: what is frozen now."
    );

    public static readonly EventType<CustomerAccountClosed> AccountClosed = new(
        "accounts.account.closed.v1",
        "An account was closed, for ever."
    );

    public static readonly EventType<CreditLineSet> CreditLineSet = new(
        "accounts.credit_line.set.v1",
        "Operations set how far below zero a credit account may go."
    );

    public static readonly EventType<TransferCompleted> TransferCompleted = new(
        "accounts.transfer.completed.v1",
        "Money went from one customer's account to another."
    );

    public static readonly EventType<AdjustmentBooked> AdjustmentBooked = new(
        "accounts.adjustment.booked.v1",
        "Operations booked something on a customer's account, against an account of the house."
    );

    public static readonly EventType<InterestPaid> InterestPaid = new(
        "accounts.interest.paid.v1",
        "The interest of a month was paid on an account."
    );

    public static IReadOnlyList<EventType> All { get; } =
    [AccountOpened, AccountFrozen, AccountClosed, CreditLineSet, TransferCompleted, AdjustmentBooked, InterestPaid];
}

/// <summary>See <see cref="Events.AccountOpened"/>.</summary>
public sealed record CustomerAccountOpened(
    Guid Account,
    [property: Description("Its number, for others to send money to.")] string Number,
    AccountKind Kind,
    string Currency,
    [property: Description("What holds it.")] HolderType HolderType,
    [property: Description("The person or organisation.")] Guid Holder
);

/// <summary>See <see cref="Events.AccountFrozen"/>.</summary>
public sealed record CustomerAccountFrozen(
    Guid Account,
    [property: Description("Which side takes no postings from now on.")] Freeze Frozen,
    [property: Description("Which side the staff has frozen.")] Freeze ByStaff
);

/// <summary>See <see cref="Events.AccountClosed"/>.</summary>
public sealed record CustomerAccountClosed(Guid Account, [property: Description("Where what was left went.")] Guid? SweptTo);

/// <summary>See <see cref="Events.CreditLineSet"/>.</summary>
public sealed record CreditLineSet(Guid Account, [property: Description("Decimal digits in its currency.")] string CreditLine);

/// <summary>See <see cref="Events.TransferCompleted"/>.</summary>
public sealed record TransferCompleted(
    Guid Transfer,
    [property: Description("The account that paid.")] Guid From,
    [property: Description("The account that was paid.")] Guid To,
    WireAmount Amount,
    [property: Description("The ledger's transaction.")] Guid Transaction,
    [property: Description("Whether both accounts have one holder.")] bool IsOwn
);

/// <summary>See <see cref="Events.InterestPaid"/>.</summary>
public sealed record InterestPaid(
    Guid Account,
    [property: Description("The ledger's transaction.")] Guid Transaction,
    [property: Description("The first day of the month that it is for.")] DateOnly Month,
    WireAmount Amount
);

/// <summary>See <see cref="Events.AdjustmentBooked"/>.</summary>
public sealed record AdjustmentBooked(
    Guid Account,
    [property: Description("The ledger's transaction.")] Guid Transaction,
    [property: Description("credit: the customer has more.")] ActivitySide Side,
    WireAmount Amount,
    [property: Description("The account of the house.")] SystemAccount Against
);
