using System.ComponentModel;
using System.Text.Json;
using Hazina.Payments.Funding;
using Hazina.Payments.Paying;
using Hazina.Platform.Http;

namespace Hazina.Payments.Intents;

[Description("A payment that is made out of several sources, each held on its own and all taken together.")]
sealed record IntentAnswer(
    Guid Id,
    [property: Description(
        "requires_source: sources are missing, or others in the place of those that failed; requires_confirmation; requires_action: the payer is asked on "
            + "the phone; requires_capture: all is held, and the payee can take it; succeeded; canceled."
    )]
        IntentStatus Status,
    CaptureMethod Capture,
    [property: Description(
        "The payer's account: what comes over rails is kept there until it is taken, and stays there where it is not. For the payer."
    )]
        Guid? Payer,
    [property: Description("As the payee is told it.")] string? PayerName,
    [property: Description("The account that is paid.")] Guid Payee,
    [property: Description("As the payer is told it.")] string? PayeeName,
    [property: Description("What the payee is to get.")] WireAmount Amount,
    [property: Description("What comes on top, or out of it, as quoted when it was made; for who bears it. Not there: none.")]
        IntentFee? Fee,
    [property: Description("What the sources have to come to: the amount, and a fee that comes on top. For the payer.")] WireAmount? Total,
    [property: Description("What is held so far, or was taken.")] WireAmount Funded,
    [property: Description("What is neither held nor asked for: sources have to be named for it.")] WireAmount Missing,
    [property: Description("For the payer alone.")] IReadOnlyList<SourceAnswer>? Sources,
    string? Reference,
    string? Description,
    [property: Description("The payer's side's own words.")] JsonElement? Metadata,
    [property: Description("The payment that it has become; refunds go by that.")] Guid? Payment,
    CancellationReason? CancellationReason,
    [property: Description("Why a source failed last. For the payer.")] FailureAnswer? Failure,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    [property: Description("Until when all of it has to be taken; then what is held is let go.")] DateTimeOffset ExpiresAt,
    DateTimeOffset? ConfirmedAt,
    [property: Description("When all of it was held.")] DateTimeOffset? AuthorizedAt,
    DateTimeOffset? SucceededAt,
    DateTimeOffset? CanceledAt
)
{
    [Description("Always payment_intent.")]
    public string Object => "payment_intent";

    /// <param name="intent">With the legs that whoever reads it may see.</param>
    /// <param name="viewer">Whose side they are on: sources are the payer's affair, and a fee that of who bears it.</param>
    public static IntentAnswer Of(Intent intent, Viewer viewer)
    {
        var (money, isPayee) = (intent.Money, viewer == Viewer.Payee);
        var seesFee = viewer == Viewer.Both || isPayee != intent.IsFeeOnTop;
        var live = intent.IsOpen ? intent.Total - intent.Missing : intent.Funded;
        return new IntentAnswer(
            intent.Id,
            intent.State,
            Words.Read<CaptureMethod>(intent.Capture),
            isPayee ? null : intent.PayerAccount,
            intent.PayerName,
            intent.PayeeAccount,
            intent.PayeeName,
            WireAmount.Of(intent.Amount, money),
            intent.FeeId is { } fee && seesFee
                ? new IntentFee(fee, Words.Read<Billing.FeeBearer>(intent.FeeBearer!), WireAmount.Of(intent.FeeQuoted, money))
                : null,
            isPayee ? null : WireAmount.Of(intent.Total, money),
            // What is on top is no affair of the payee's, nor what was only asked for.
            WireAmount.Of(isPayee ? Math.Min(intent.Funded, intent.Amount) : intent.Funded, money),
            WireAmount.Of(isPayee ? Math.Max(intent.Amount - intent.Funded, 0m) : intent.Total - live, money),
            isPayee ? null : [.. intent.Legs.Select(l => SourceAnswer.Of(l, intent))],
            intent.Reference,
            intent.Description,
            isPayee || intent.Metadata is null ? null : JsonSerializer.Deserialize<JsonElement>(intent.Metadata),
            intent.PaymentId,
            intent.CancellationReason is { } why ? Words.Read<CancellationReason>(why) : null,
            isPayee || intent.FailureCode is null ? null : new FailureAnswer(intent.FailureCode, intent.FailureReason),
            intent.CreatedAt,
            intent.UpdatedAt,
            intent.ExpiresAt,
            intent.ConfirmedAt,
            intent.AuthorizedAt,
            intent.SucceededAt,
            intent.CanceledAt
        );
    }
}

[Description("What the house takes for an intent.")]
sealed record IntentFee(
    [property: Description("The fee's version.")] Guid Id,
    [property: Description("payer: on top of the amount; payee: out of it.")] Billing.FeeBearer BorneBy,
    [property: Description("What is taken with the payment.")] WireAmount Amount
);

[Description("A source of an intent.")]
sealed record SourceAnswer(
    Guid Id,
    [property: Description("wallet, mpesa, kcb or dtb.")] string Type,
    [property: Description(
        "pending: planned, or asked for; authorized: held; captured: the payee has it; failed; released: it is the payer's own."
    )]
        LegStatus Status,
    WireAmount Amount,
    [property: Description("The account that pays, or keeps what comes over the rail; what is released is there again.")] Guid Account,
    [property: Description("Who is asked, not whole.")] string? Phone,
    [property: Description("The rail's own, of money that has come.")] string? Receipt,
    FailureAnswer? Failure,
    [property: Description("The ledger's transaction that holds it.")] Guid? Transaction,
    [property: Description("The one by which it came when it was not wanted any more, and was given to the account.")]
        Guid? ReturnTransaction,
    [property: Description("Whether it could not be given to the account: operations deal with it.")] bool IsSuspended,
    [property: Description("When it was confirmed; not there: it is a plan.")] DateTimeOffset? AskedAt,
    DateTimeOffset? AuthorizedAt,
    [property: Description("When it was captured, failed or released.")] DateTimeOffset? EndedAt
)
{
    public static SourceAnswer Of(IntentLeg leg, Intent intent) =>
        new(
            leg.Id,
            leg.Type,
            leg.State,
            WireAmount.Of(leg.Amount, intent.Money),
            leg.AccountId,
            leg.PartyShown,
            leg.Receipt,
            leg.FailureCode is null ? null : new FailureAnswer(leg.FailureCode, leg.FailureReason),
            leg.TransactionId,
            leg.ReturnId,
            leg.IsSuspended,
            leg.AskedAt,
            leg.AuthorizedAt,
            leg.EndedAt
        );
}
