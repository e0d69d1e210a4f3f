using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Payments.Paying;

/// <summary>A payment: what it came to so far, and what may still become of it. A row of <c>payments.payments</c>.</summary>
sealed record Payment(
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
    decimal Captured,
    decimal Refunded,
    Guid? FeeId,
    string? FeeBearer,
    bool? FeeIsReturned,
    decimal FeeQuoted,
    decimal Fee,
    decimal FeeReturned,
    string? Reference,
    string? Description,
    string? Metadata,
    Guid AskedBy,
    Guid? ReservationId,
    string? FailureCode,
    string? FailureReason,
    int Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? AuthorizedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? CompletedAt,
    DateTimeOffset? CancelledAt
)
{
    /// <summary>Of payments <c>p</c>, in the order of the record.</summary>
    public const string Columns = """
        p.id, p.book, p.type, p.status, p.capture, p.payer_account, p.payer_owner_type, p.payer_owner_id, p.payer_name, p.payee_account, p.payee_owner_type,
        p.payee_owner_id, p.payee_name, p.amount, p.currency, p.captured, p.refunded, p.fee_id, p.fee_bearer, p.fee_is_returned, p.fee_quoted, p.fee,
        p.fee_returned, p.reference, p.description, p.metadata::text, p.asked_by, p.reservation_id, p.failure_code, p.failure_reason, p.version, p.created_at,
        p.updated_at, p.authorized_at, p.expires_at, p.completed_at, p.cancelled_at
        """;

    public PaymentStatus State => Words.Read<PaymentStatus>(Status);

    public Currency Money => Hazina.Money.Currency.Of(Currency);

    /// <summary>What may still be captured.</summary>
    public decimal Capturable => State == PaymentStatus.Authorized ? Amount - Captured : 0m;

    /// <summary>What may still be given back.</summary>
    public decimal Refundable => State is PaymentStatus.Completed or PaymentStatus.PartiallyRefunded ? Captured - Refunded : 0m;

    /// <summary>Whether the payer pays the fee on top, so that it is held back with the amount.</summary>
    public bool IsFeeOnTop => FeeBearer == Words.Of(Billing.FeeBearer.Payer);

    /// <summary>What is given back of the fee with a refund: in proportion, so that all of it is with the last one.</summary>
    public decimal FeeToReturn(decimal amount) =>
        FeeIsReturned is not true ? 0m
        : Refunded + amount == Captured ? Fee - FeeReturned
        : decimal.Round(Fee * (Refunded + amount) / Captured, Money.ShownScale, MidpointRounding.ToZero) - FeeReturned;
}

/// <summary>How far a payment has come.</summary>
public enum PaymentStatus
{
    Initiated,
    Authorized,
    Completed,
    Failed,
    Cancelled,
    Expired,
    PartiallyRefunded,
    Refunded,
}

/// <summary>When the money moves.</summary>
public enum CaptureMethod
{
    /// <summary>At once.</summary>
    Automatic,

    /// <summary>When the payee says so, of what is held back until then.</summary>
    Manual,
}
