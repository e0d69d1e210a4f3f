using System.ComponentModel;
using Hazina.Platform.Events;
using Hazina.Platform.Http;

namespace Hazina.Payments.Providers;

/// <summary>What is told of money that comes in and goes out. Ids and states; phones and names stay where they can be erased.</summary>
static class RailEvents
{
    public static readonly EventType<FundingEnded> FundingCompleted = new(
        "payments.funding.completed.v1",
        "Money that was asked of a source has come, maybe after it had been given up: it is on the account."
    );

    public static readonly EventType<FundingEnded> FundingFailed = new(
        "payments.funding.failed.v1",
        "Money that was asked of a source has not come."
    );

    public static readonly EventType<WithdrawalMoved> WithdrawalCreated = new(
        "payments.withdrawal.created.v1",
        "A withdrawal was asked for, and the money is held for it."
    );

    public static readonly EventType<WithdrawalMoved> WithdrawalPaid = new("payments.withdrawal.paid.v1", "A withdrawal was paid out.");

    public static readonly EventType<WithdrawalMoved> WithdrawalFailed = new(
        "payments.withdrawal.failed.v1",
        "A withdrawal has failed, and the money is available again; returned where it had been paid out before."
    );

    public static readonly EventType<WithdrawalMoved> WithdrawalCanceled = new(
        "payments.withdrawal.canceled.v1",
        "A withdrawal was cancelled before it was sent."
    );

    public static readonly EventType<SuspenseReceived> SuspenseReceived = new(
        "payments.suspense.received.v1",
        "Money came in that could be given to nobody yet."
    );

    public static readonly EventType<SuspenseAssigned> SuspenseAssigned = new(
        "payments.suspense.assigned.v1",
        "Two people have given money in suspense to an account."
    );

    public static readonly EventType<ReversalEnded> ReversalCompleted = new(
        "payments.reversal.completed.v1",
        "What came in over a provider has gone back the way it came."
    );

    public static readonly EventType<ReversalEnded> ReversalFailed = new(
        "payments.reversal.failed.v1",
        "What was to go back is where it was: the provider refused, or took it back later."
    );

    public static IReadOnlyList<EventType> All { get; } =
    [
        FundingCompleted,
        FundingFailed,
        WithdrawalCreated,
        WithdrawalPaid,
        WithdrawalFailed,
        WithdrawalCanceled,
        SuspenseReceived,
        SuspenseAssigned,
        ReversalCompleted,
        ReversalFailed,
    ];
}

/// <summary>See <see cref="RailEvents.FundingCompleted"/>.</summary>
public sealed record FundingEnded(
    [property: Description("The funding session; null for what came without one.")] Guid? FundingSession,
    Guid Account,
    WireAmount Amount,
    [property: Description("mpesa, kcb or dtb.")] string Source,
    [property: Description("As the session's status.")] string Status,
    [property: Description("Why it failed.")] string? FailureCode,
    [property: Description("The ledger's transaction.")] Guid? Transaction
);

/// <summary>See <see cref="RailEvents.WithdrawalPaid"/>.</summary>
public sealed record WithdrawalMoved(
    Guid Withdrawal,
    [property: Description("The account that pays.")] Guid Account,
    WireAmount Amount,
    [property: Description("mpesa, kcb or dtb.")] string Provider,
    [property: Description("As the withdrawal's status.")] string Status,
    [property: Description("Why it failed.")] string? FailureCode,
    [property: Description("The ledger's transaction.")] Guid? Transaction,
    [property: Description("Whether it had been paid out before.")] bool IsReturned
);

/// <summary>See <see cref="RailEvents.ReversalCompleted"/>.</summary>
public sealed record ReversalEnded(
    Guid Reversal,
    [property: Description("The provider's call by which it had come.")] Guid Original,
    [property: Description("The customer's account; null: suspense.")] Guid? Account,
    WireAmount Amount,
    [property: Description("mpesa, kcb or dtb.")] string Provider,
    [property: Description("done or failed.")] string Status,
    [property: Description("Why it failed.")] string? FailureCode,
    [property: Description("The ledger's transaction.")] Guid? Transaction
);

/// <summary>See <see cref="RailEvents.SuspenseReceived"/>.</summary>
public sealed record SuspenseReceived(
    Guid Suspense,
    WireAmount Amount,
    [property: Description("mpesa, kcb or dtb.")] string Provider,
    [property: Description("A word: no_such_account, wrong_currency, account_closed, account_frozen.")] string Reason
);

/// <summary>See <see cref="RailEvents.SuspenseAssigned"/>.</summary>
public sealed record SuspenseAssigned(Guid Suspense, Guid Account, WireAmount Amount);
