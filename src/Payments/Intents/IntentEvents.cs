using System.ComponentModel;
using Hazina.Ledger;
using Hazina.Platform.Events;
using Hazina.Platform.Http;

namespace Hazina.Payments.Intents;

/// <summary>What is told of intents. Ids, states and amounts; phones and names stay where they can be erased.</summary>
static class IntentEvents
{
    public static readonly EventType<IntentTold> Created = new(
        "payments.intent.created.v1",
        "Somebody means to pay out of several sources."
    );

    public static readonly EventType<IntentTold> Authorized = new(
        "payments.intent.authorized.v1",
        "All of an intent is held, and the payee can take it."
    );

    public static readonly EventType<IntentTold> Succeeded = new(
        "payments.intent.succeeded.v1",
        "All sources of an intent were taken together, and the payee has the money: it is a payment now."
    );

    public static readonly EventType<IntentTold> Canceled = new(
        "payments.intent.canceled.v1",
        "An intent was given up or has expired; what was held of it is the payer's again."
    );

    public static readonly EventType<IntentSourceTold> SourceAuthorized = new(
        "payments.intent.source_authorized.v1",
        "The money of one source of an intent is held for it."
    );

    public static readonly EventType<IntentSourceTold> SourceFailed = new(
        "payments.intent.source_failed.v1",
        "One source of an intent has refused, or nobody answered; the payer can name another one."
    );

    public static readonly EventType<IntentSourceTold> SourceReturned = new(
        "payments.intent.source_returned.v1",
        "Money of a source came when it was not wanted any more, and is on the payer's account; or in suspense, where that takes none."
    );

    public static IReadOnlyList<EventType> All { get; } =
    [Created, Authorized, Succeeded, Canceled, SourceAuthorized, SourceFailed, SourceReturned];

    public static AlongsideRow OfNew(Intent intent) => Row(Created, intent);

    /// <summary>What there is to tell of a change.</summary>
    public static IEnumerable<AlongsideRow> Of(IntentMove move)
    {
        var (before, after) = (move.Before, move.After);
        foreach (var leg in after.Legs)
        {
            var was = before.Legs.FirstOrDefault(l => l.Id == leg.Id);
            if (leg.IsFunded && was is not { IsFunded: true })
                yield return Row(SourceAuthorized, after, leg);
            else if (leg.State == LegStatus.Failed && was?.State != LegStatus.Failed)
                yield return Row(SourceFailed, after, leg);
            else if (leg.ReturnId is not null && was?.ReturnId is null)
                yield return Row(SourceReturned, after, leg);
        }

        if (before.Status == after.Status)
            yield break;
        if (after.State == IntentStatus.RequiresCapture)
            yield return Row(Authorized, after);
        else if (after.State == IntentStatus.Succeeded)
            yield return Row(Succeeded, after);
        else if (after.State == IntentStatus.Canceled)
            yield return Row(Canceled, after);
    }

    static AlongsideRow Row(EventType<IntentTold> type, Intent intent) =>
        AlongsideRow.Event(
            type,
            intent.Book,
            intent.Id.ToString(),
            new IntentTold(
                intent.Id,
                intent.State,
                intent.PayerAccount,
                intent.PayeeAccount,
                WireAmount.Of(intent.Amount, intent.Money),
                intent.PaymentId,
                intent.CancellationReason is { } why ? Words.Read<CancellationReason>(why) : null,
                intent.Reference
            )
        );

    static AlongsideRow Row(EventType<IntentSourceTold> type, Intent intent, IntentLeg leg) =>
        AlongsideRow.Event(
            type,
            intent.Book,
            intent.Id.ToString(),
            new IntentSourceTold(
                intent.Id,
                leg.Id,
                leg.Type,
                WireAmount.Of(leg.Amount, intent.Money),
                leg.State,
                leg.FailureCode,
                leg.ReturnId ?? leg.TransactionId,
                intent.State,
                WireAmount.Of(intent.Funded, intent.Money)
            )
        );
}

/// <summary>An intent as events tell of it.</summary>
public sealed record IntentTold(
    Guid Intent,
    IntentStatus Status,
    [property: Description("The account that pays, or keeps what comes over rails.")] Guid Payer,
    [property: Description("The account that is paid.")] Guid Payee,
    [property: Description("What the payee is to get.")] WireAmount Amount,
    [property: Description("The payment that it has become.")] Guid? Payment,
    [property: Description("Why it came to nothing.")] CancellationReason? CancellationReason,
    [property: Description("The caller's own.")] string? Reference
);

/// <summary>A source of an intent as events tell of it.</summary>
public sealed record IntentSourceTold(
    Guid Intent,
    Guid Source,
    [property: Description("wallet, mpesa, kcb or dtb.")] string Type,
    WireAmount Amount,
    [property: Description("What it is now.")] LegStatus Status,
    [property: Description("Why it failed.")] string? FailureCode,
    [property: Description("The ledger's transaction, where money moved or was held.")] Guid? Transaction,
    [property: Description("What the intent is now.")] IntentStatus IntentStatus,
    [property: Description("What is held of the whole.")] WireAmount Funded
);
