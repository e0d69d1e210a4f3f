using System.ComponentModel;
using Hazina.Payments.Paying;
using Hazina.Platform.Events;
using Hazina.Platform.Http;

namespace Hazina.Payments;

/// <summary>What payments tell. Ids, states and amounts; names and other text about people stay where they can be erased.</summary>
public static class Events
{
    public static readonly EventType<PaymentTold> PaymentAuthorized = new(
        "payments.payment.authorized.v1",
        "What a payment needs is held back on the payer's account."
    );

    public static readonly EventType<PaymentTold> PaymentCompleted = new(
        "payments.payment.completed.v1",
        "Money went from the payer's account to the payee's, and nothing more of this payment will."
    );

    public static readonly EventType<PaymentTold> PaymentFailed = new(
        "payments.payment.failed.v1",
        "A payment was refused; no money moved."
    );

    public static readonly EventType<PaymentTold> PaymentCancelled = new(
        "payments.payment.cancelled.v1",
        "The payee took nothing of what was held back, and let it go."
    );

    public static readonly EventType<PaymentTold> PaymentExpired = new(
        "payments.payment.expired.v1",
        "Nothing of what was held back was captured in time, and it was let go."
    );

    public static readonly EventType<PaymentPart> PaymentCaptured = new(
        "payments.payment.captured.v1",
        "A part of what was held back went to the payee."
    );

    public static readonly EventType<PaymentPart> PaymentRefunded = new(
        "payments.payment.refunded.v1",
        "A part of what was paid, or all of it, went back to the payer."
    );

    public static IReadOnlyList<EventType> All { get; } =
    [PaymentAuthorized, PaymentCompleted, PaymentFailed, PaymentCancelled, PaymentExpired, PaymentCaptured, PaymentRefunded];
}

/// <summary>A payment as events tell of it.</summary>
public sealed record PaymentTold(
    Guid Payment,
    PaymentStatus Status,
    [property: Description("The account that pays.")] Guid Payer,
    [property: Description("The account that is paid.")] Guid Payee,
    [property: Description("What was asked for; of one that is completed, what was captured.")] WireAmount Amount,
    [property: Description("Of the whole; not there: none.")] WireAmount? Fee,
    [property: Description("The caller's own.")] string? Reference
);

/// <summary>A capture or a refund as events tell of it.</summary>
public sealed record PaymentPart(
    Guid Payment,
    [property: Description("The capture's or refund's id; also of the ledger's transaction.")] Guid Id,
    WireAmount Amount,
    [property: Description("Taken with it, or given back with it.")] WireAmount Fee,
    [property: Description("What the payment is now.")] PaymentStatus Status
);
