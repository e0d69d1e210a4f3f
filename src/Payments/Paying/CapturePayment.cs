using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Accounts.Activities;
using Hazina.Billing;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NpgsqlTypes;

namespace Hazina.Payments.Paying;

/// <summary><c>POST /v1/payments/{payment}/capture</c></summary>
static class CapturePayment
{
    static readonly AlongsideStatement InsertStatement = new(
        "payments",
        "payments.capture",
        InsertWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.TimestampTz,
        ]
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payments/{payment}/capture", Post)
            .Idempotent()
            .WithSummary("Capture a payment")
            .WithDescription(
                """
                For the payee: takes what is held back, or a part of it. What is left can be captured later, until `expires_at`, unless this is said to be the
                last capture: then it is let go.
                """
            )
            .Produces<PaymentAnswer>();

    [Description("A capture.")]
    public sealed record Request(
        [property: Description("All that is left when not said.")] WireAmount? Amount = null,
        [property: Description("Whether what is left then is let go.")] bool? IsLast = null
    );

    static async Task<IResult> Post(
        Guid payment,
        Request body,
        HttpContext context,
        PaymentFinder finder,
        PaymentChanges changes,
        CustomerAccounts accounts,
        Tariff tariff,
        TimeProvider time
    )
    {
        var check = new Validation();
        var wanted = check.OptionalAmountOf(body.Amount, "/amount");
        if (check.Failed(out var invalid))
            return invalid;
        var (found, payee, refusal) = await finder.Received(context, payment);
        if (refusal is not null)
            return refusal;
        if (wanted is { } named && named.Currency != found.Money)
            return Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The payment is in {found.Currency}.", "/amount/currency");
        var stop = context.RequestAborted;
        var payer = await accounts.Find(found.Book, found.PayerAccount, stop);
        var fees = await accounts.House(found.Book, found.Money, SystemAccount.Fees, stop);
        var act = IdempotencyKey.Of(context).Id;
        var isLess = false;
        var (after, no) = await changes.Make(
            payment,
            act,
            async (now, id) =>
            {
                if (Unfit(now, wanted, time) is { } unfit)
                    return (null, unfit);
                var capture = await Of(now, act, wanted, body.IsLast ?? false, tariff, stop);
                var posting = (capture with { IsLess = isLess }).Posting(id, now, payer!, payee, fees, Caller.Of(context).Id);
                return (capture.LetsGo(now) ? posting with { Conditions = accounts.GivesBack(payer!, now.CreatedAt) } : posting, null);
            },
            stop,
            // Out of the payee's account nothing may go, not even its fee: it gets what that leaves.
            outcome => !isLess && (isLess = outcome is { Status: OutcomeStatus.Refused, Field: "steps/1/debit" })
        );
        return no is not null ? no : Results.Ok(PaymentAnswer.Of(after!, await finder.ViewerOf(context, after!)));
    }

    static Refusal? Unfit(Payment now, Amount? wanted, TimeProvider time) =>
        now.State != PaymentStatus.Authorized
            ? Refusals.WrongState.Because($"The payment is {now.Status}, so nothing of it can be captured.", "payment")
        : now.ExpiresAt <= time.GetUtcNow()
            ? Refusals.Expired.Because($"It could be captured until {now.ExpiresAt:yyyy-MM-dd'T'HH:mm:ss'Z'}.", "payment")
        : wanted?.Value > now.Capturable
            ? Refusals.TooMuch.Because($"{new Amount(now.Capturable, now.Money)} is left to capture.", "/amount")
        : null;

    static async ValueTask<Part> Of(Payment now, Guid act, Amount? wanted, bool isLast, Tariff tariff, CancellationToken stop)
    {
        var amount = wanted ?? new Amount(now.Capturable, now.Money);
        var sofar = now.Captured + amount.Value;
        var quote = now.FeeId is { } version ? await tariff.Quote(version, new Amount(sofar, now.Money), stop) : null;
        // What all captures so far cost together, less what was taken; never more than was held back for it, or comes with this one.
        var fee = Math.Max((quote?.Amount.Value ?? 0m) - now.Fee, 0m);
        fee = Math.Min(fee, now.FeeQuoted - now.Fee);
        if (!now.IsFeeOnTop)
            fee = Math.Min(fee, amount.Value);
        return new Part(
            act,
            amount,
            new Amount(fee, now.Money),
            quote is null ? null : quote with { Basis = amount },
            isLast || sofar == now.Amount
        );
    }

    sealed record Part(Guid Id, Amount Amount, Amount Fee, FeeQuote? Quote, bool IsLast)
    {
        /// <summary>Whether the payee's fee comes out of what is held, before the payee has it.</summary>
        public bool IsLess { get; init; }

        /// <summary>Whether something is held back beyond this capture, of the amount or of the fee on top, and nobody takes it any more.</summary>
        public bool LetsGo(Payment now) =>
            IsLast && now.Capturable - Amount.Value + (now.IsFeeOnTop ? now.FeeQuoted - now.Fee - Fee.Value : 0m) > 0;

        public Posting Posting(Guid id, Payment now, CustomerAccount payer, CustomerAccount payee, Guid fees, Guid askedBy)
        {
            var status = IsLast ? PaymentStatus.Completed : PaymentStatus.Authorized;
            var held = now.Capturable - Amount.Value;
            return Postings.Capture(id, now, Amount, Fee, fees, releases: LetsGo(now), IsLess) with
            {
                WhenPosted =
                [
                    PaymentChanges.Row(now, status, captured: Amount.Value, fee: Fee.Value),
                    new AlongsideRow(InsertStatement, Key: null, [Id, now.Id, Amount.Value, Fee.Value, askedBy, id, Fill.RecordedAt]),
                    .. Entries(id, now, payer, payee, held),
                    .. IsLast
                        ? new[]
                        {
                            AlongsideRow.Event(
                                Events.PaymentCompleted,
                                now.Book,
                                now.Id.ToString(),
                                PaymentChanges.Told(now, status, now.Captured + Amount.Value)
                            ),
                        }
                        : [],
                ],
            };
        }

        IEnumerable<AlongsideRow> Entries(Guid posting, Payment now, CustomerAccount payer, CustomerAccount payee, decimal held)
        {
            yield return CustomerAccounts.EndActivity(
                posting,
                payer.Id,
                PaymentOrder.PendingEntry(now.Id, now.Version),
                ActivityStatus.Completed,
                Amount.Value
            );
            if (!IsLast)
                yield return CustomerAccounts.Activity(
                    posting,
                    Entry(now, payer, ActivitySide.Debit, new Amount(held, now.Money)) with
                    {
                        Id = PaymentOrder.PendingEntry(now.Id, now.Version + 1),
                        Status = ActivityStatus.Pending,
                    }
                );
            if (!IsLess)
                yield return CustomerAccounts.Activity(posting, Entry(now, payee, ActivitySide.Credit, Amount));
            else if (Amount.Value > Fee.Value)
                yield return CustomerAccounts.Activity(posting, Less(Entry(now, payee, ActivitySide.Credit, Amount - Fee)));
            if (Fee.Value > 0)
            {
                var bearer = now.IsFeeOnTop ? payer : payee;
                if (!IsLess)
                    yield return CustomerAccounts.Activity(posting, PaymentOrder.FeeEntry(bearer, ActivitySide.Debit, Fee, now.Id, "Fee"));
                yield return Tariff.Charge(
                    $"payment/{now.Id}/capture/{Id}",
                    now.Book,
                    posting,
                    Quote!,
                    Fee.Value,
                    PaymentOrder.FeeOwnerOf(bearer),
                    "payment",
                    now.Id
                );
            }

            yield return AlongsideRow.Event(
                Events.PaymentCaptured,
                now.Book,
                now.Id.ToString(),
                new PaymentPart(
                    now.Id,
                    Id,
                    WireAmount.Of(Amount),
                    WireAmount.Of(Fee),
                    IsLast ? PaymentStatus.Completed : PaymentStatus.Authorized
                )
            );
        }

        ActivityEntry Less(ActivityEntry entry) => entry with { Description = $"{entry.Description}, less a fee of {Fee}" };

        static ActivityEntry Entry(Payment now, CustomerAccount account, ActivitySide side, Amount amount)
        {
            var (other, way) = side == ActivitySide.Debit ? (now.PayeeName, "To") : (now.PayerName, "From");
            return new ActivityEntry(account, ActivityType.Payment, side, amount, now.Description ?? $"{way} {other}", "payment", now.Id)
            {
                Reference = now.Reference,
                Counterparty = other,
            };
        }
    }

    const string InsertWriterSql = """
        insert into payments.captures (id, payment_id, amount, fee, asked_by, transaction_id, captured_at)
        select u.id, u.payment_id, u.amount, u.fee, u.asked_by, u.transaction_id, u.now
          from unnest($1::int[], $2::uuid[], $3::uuid[], $4::numeric[], $5::numeric[], $6::uuid[], $7::uuid[], $8::timestamptz[])
            as u (ordinal, id, payment_id, amount, fee, asked_by, transaction_id, now)
        """;
}
