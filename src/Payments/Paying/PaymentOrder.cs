using Hazina.Accounts;
using Hazina.Accounts.Activities;
using Hazina.Accounts.Holdings;
using Hazina.Billing;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Canonical;
using Hazina.Platform.Http;

namespace Hazina.Payments.Paying;

/// <summary>A payment as it is asked for, and the rows that commit with it: the payment, its key, what each side reads, the fee, and what is told.</summary>
/// <param name="Id">The payment's, whichever try of it goes through.</param>
/// <param name="PayerName">As the payee is told it.</param>
/// <param name="PayeeName">As the payer is told it.</param>
/// <param name="Fee">What is taken of the whole amount; null: nothing.</param>
/// <param name="FeeAccount">Where it goes.</param>
/// <param name="Key">The caller's, committed with the payment.</param>
/// <param name="Metadata">A JSON object.</param>
/// <param name="AskedBy">A person or a key.</param>
/// <param name="ExpiresAt">Until when it can be captured; null: it is captured at once.</param>
sealed record PaymentOrder(
    Guid Id,
    string Type,
    CustomerAccount Payer,
    string PayerName,
    CustomerAccount Payee,
    string PayeeName,
    Amount Amount,
    FeeQuote? Fee,
    Guid FeeAccount,
    IdempotencyKey Key,
    string? Reference,
    string? Description,
    string? Metadata,
    Guid AskedBy,
    DateTimeOffset? ExpiresAt
)
{
    /// <summary>What is held back is let go by itself so much after it could be captured last: until then the job does it, and says so.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    public Guid? Reservation => ExpiresAt is null ? null : NamedId.Of($"payment/{Id}/reservation", Id);

    bool IsFeeOnTop => Fee?.BorneBy == FeeBearer.Payer;

    FeeOwner FeeOwner => FeeOwnerOf(IsFeeOnTop ? Payer : Payee);

    /// <summary>What the payer needs: the amount, and the fee where that comes on top.</summary>
    public Amount Needed => IsFeeOnTop ? Amount + Fee!.Amount : Amount;

    /// <param name="id">Of this try.</param>
    /// <param name="conditions">The payer's limits.</param>
    /// <param name="retries">The tries before.</param>
    /// <param name="also">What else commits with the payment where it is made.</param>
    public Posting Posting(Guid id, IReadOnlyList<Condition> conditions, IReadOnlyList<string> retries, IReadOnlyList<AlongsideRow> also)
    {
        var before = retries.Select((reason, i) => PaymentRows.Retry(Id, i, reason)).ToList();
        var posting = ExpiresAt is { } until
            ? Postings.Authorization(id, Payer, Reservation!.Value, Needed, until + Grace)
            : Postings.Payment(id, this, FeeAccount);
        return posting with
        {
            Conditions = conditions,
            WhenPosted = [.. ExpiresAt is null ? Paid(id) : Held(id), PaymentRows.Key(this), .. also, .. before],
            WhenRefused =
            [
                PaymentRows.Insert(this, PaymentStatus.Failed),
                PaymentRows.Key(this),
                AlongsideRow.Event(Events.PaymentFailed, Payer.Book, Id.ToString(), Told(PaymentStatus.Failed)),
                .. before,
            ],
        };
    }

    IEnumerable<AlongsideRow> Paid(Guid posting)
    {
        yield return PaymentRows.Insert(this, PaymentStatus.Completed);
        yield return CustomerAccounts.Activity(posting, Entry(Payer, ActivitySide.Debit, PayeeName, "To"));
        yield return CustomerAccounts.Activity(posting, Entry(Payee, ActivitySide.Credit, PayerName, "From"));
        if (Fee is { } fee)
        {
            yield return CustomerAccounts.Activity(
                posting,
                FeeEntry(IsFeeOnTop ? Payer : Payee, ActivitySide.Debit, fee.Amount, Id, "Fee")
            );
            yield return Tariff.Charge($"payment/{Id}", Payer.Book, posting, fee, fee.Amount.Value, FeeOwner, "payment", Id);
        }

        yield return AlongsideRow.Event(Events.PaymentCompleted, Payer.Book, Id.ToString(), Told(PaymentStatus.Completed));
    }

    IEnumerable<AlongsideRow> Held(Guid posting)
    {
        yield return PaymentRows.Insert(this, PaymentStatus.Authorized);
        yield return CustomerAccounts.Activity(
            posting,
            Entry(Payer, ActivitySide.Debit, PayeeName, "To") with
            {
                Id = PendingEntry(Id, version: 1),
                Status = ActivityStatus.Pending,
            }
        );
        yield return AlongsideRow.Event(Events.PaymentAuthorized, Payer.Book, Id.ToString(), Told(PaymentStatus.Authorized));
    }

    /// <summary>The row as the posting has left it.</summary>
    public Payment Made(DateTimeOffset at)
    {
        var isDone = ExpiresAt is null;
        return new Payment(
            Id,
            Payer.Book,
            Type,
            Words.Of(isDone ? PaymentStatus.Completed : PaymentStatus.Authorized),
            Words.Of(isDone ? CaptureMethod.Automatic : CaptureMethod.Manual),
            Payer.Id,
            Words.Of(Payer.HolderType),
            Payer.Holder,
            PayerName,
            Payee.Id,
            Words.Of(Payee.HolderType),
            Payee.Holder,
            PayeeName,
            Amount.Value,
            Amount.Currency.Code,
            isDone ? Amount.Value : 0m,
            Refunded: 0m,
            Fee?.Fee,
            Fee is { } fee ? Words.Of(fee.BorneBy) : null,
            Fee?.IsReturned,
            Fee?.Amount.Value ?? 0m,
            isDone ? Fee?.Amount.Value ?? 0m : 0m,
            FeeReturned: 0m,
            Reference,
            Description,
            Metadata,
            AskedBy,
            Reservation,
            FailureCode: null,
            FailureReason: null,
            Version: 1,
            at,
            at,
            at,
            ExpiresAt,
            isDone ? at : null,
            CancelledAt: null
        );
    }

    /// <summary>The payer's entry of what is held back: another one after each capture.</summary>
    public static Guid PendingEntry(Guid payment, int version) => NamedId.Of($"payment/{payment}/held/{version}", payment);

    public static FeeOwner FeeOwnerOf(CustomerAccount account) =>
        new(account.Id, account.HolderType == HolderType.User ? HolderKind.User : HolderKind.Organization, account.Holder);

    public static ActivityEntry FeeEntry(CustomerAccount account, ActivitySide side, Amount fee, Guid payment, string words) =>
        new(account, ActivityType.Fee, side, fee, words, "payment", payment);

    ActivityEntry Entry(CustomerAccount account, ActivitySide side, string other, string way) =>
        new(account, ActivityType.Payment, side, Amount, Description ?? $"{way} {other}", "payment", Id)
        {
            Reference = Reference,
            Counterparty = other,
        };

    PaymentTold Told(PaymentStatus status) =>
        new(Id, status, Payer.Id, Payee.Id, WireAmount.Of(Amount), Fee is { } fee ? WireAmount.Of(fee.Amount) : null, Reference);
}
