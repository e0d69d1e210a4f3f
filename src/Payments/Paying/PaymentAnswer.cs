using System.ComponentModel;
using System.Text.Json;
using Hazina.Platform.Http;

namespace Hazina.Payments.Paying;

/// <summary>A payment as the API shows it.</summary>
[Description("A payment from one account to another.")]
public sealed record PaymentAnswer(
    Guid Id,
    [property: Description("payment: to an organisation; transfer: to a person.")] string Type,
    PaymentStatus Status,
    CaptureMethod Capture,
    [property: Description("The account that pays.")] Guid Payer,
    [property: Description("As the payee is told it.")] string? PayerName,
    [property: Description("The account that is paid.")] Guid Payee,
    [property: Description("As the payer is told it.")] string? PayeeName,
    WireAmount Amount,
    [property: Description("What went to the payee so far.")] WireAmount Captured,
    [property: Description("What may still be captured.")] WireAmount Capturable,
    [property: Description("What was given back so far.")] WireAmount Refunded,
    [property: Description("What may still be given back.")] WireAmount Refundable,
    [property: Description("Not there: none.")] PaymentFee? Fee,
    string? Reference,
    string? Description,
    [property: Description("The payer's side's own words.")] JsonElement? Metadata,
    [property: Description("Why it failed; one of the codes of refusals.")] string? FailureCode,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? AuthorizedAt,
    [property: Description("Until when it can be captured.")] DateTimeOffset? ExpiresAt,
    DateTimeOffset? CompletedAt,
    DateTimeOffset? CancelledAt
)
{
    [Description("Always payment.")]
    public string Object => "payment";

    /// <param name="payment">What it is now.</param>
    /// <param name="viewer">Whose side whoever reads it is on: metadata is the payer's, and a fee is shown to who bears it.</param>
    internal static PaymentAnswer Of(Payment payment, Viewer viewer)
    {
        var money = payment.Money;
        return new PaymentAnswer(
            payment.Id,
            payment.Type,
            payment.State,
            Words.Read<CaptureMethod>(payment.Capture),
            payment.PayerAccount,
            payment.PayerName,
            payment.PayeeAccount,
            // Who only tried to pay somebody learns no name by it.
            payment.State == PaymentStatus.Failed
                ? null
                : payment.PayeeName,
            WireAmount.Of(payment.Amount, money),
            WireAmount.Of(payment.Captured, money),
            WireAmount.Of(payment.Capturable, money),
            WireAmount.Of(payment.Refunded, money),
            WireAmount.Of(payment.Refundable, money),
            payment.FeeId is { } fee && viewer.SeesFee(payment)
                ? new PaymentFee(
                    fee,
                    Words.Read<Billing.FeeBearer>(payment.FeeBearer!),
                    WireAmount.Of(payment.FeeQuoted, money),
                    WireAmount.Of(payment.Fee, money),
                    WireAmount.Of(payment.FeeReturned, money)
                )
                : null,
            payment.Reference,
            payment.Description,
            viewer == Viewer.Payee || payment.Metadata is null ? null : JsonSerializer.Deserialize<JsonElement>(payment.Metadata),
            payment.FailureCode,
            payment.CreatedAt,
            payment.UpdatedAt,
            payment.AuthorizedAt,
            payment.ExpiresAt,
            payment.CompletedAt,
            payment.CancelledAt
        );
    }
}

/// <summary>Whose side whoever looks at a payment is on.</summary>
enum Viewer
{
    Payer,
    Payee,

    /// <summary>Staff, and who holds both accounts.</summary>
    Both,
}

static class Viewers
{
    public static bool SeesFee(this Viewer viewer, Payment payment) =>
        viewer == Viewer.Both || viewer == (payment.IsFeeOnTop ? Viewer.Payer : Viewer.Payee);
}

/// <summary>The fee of a payment.</summary>
[Description("What the house takes for a payment.")]
public sealed record PaymentFee(
    [property: Description("The fee's version.")] Guid Id,
    [property: Description("payer: on top of the amount; payee: out of it.")] Billing.FeeBearer BorneBy,
    [property: Description("Of the whole amount.")] WireAmount Quoted,
    [property: Description("Taken so far.")] WireAmount Taken,
    [property: Description("Given back with refunds.")] WireAmount Returned
);
