using System.ComponentModel;
using System.Text.Json;
using Hazina.Accounts;
using Hazina.Billing;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Paying;

/// <summary><c>POST /v1/payments</c></summary>
static class CreatePayment
{
    const int MostTries = 4;
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50),
        HeldFor = TimeSpan.FromDays(7),
        LongestHeld = TimeSpan.FromDays(30);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payments", Post)
            .IdempotentByVerb()
            .WithSummary("Pay")
            .WithDescription(
                """
                From one of your accounts to a merchant's or another customer's. With `capture` automatic the money has moved when it is answered, or nothing
                has happened; with manual it is held back, and the payee captures it, in parts if need be, until `expires_at`. A payment that was refused is
                kept as failed. The `Idempotency-Key` is this payment's for ever: later repetitions show it as it is then.
                """
            )
            .Produces<PaymentAnswer>(StatusCodes.Status201Created);

    [Description("A payment to be made.")]
    public sealed record Request(
        [property: Description("The account that pays; yours, or one whose money you may move.")] Guid? Payer,
        PayeeName? Payee,
        WireAmount? Amount,
        [property: Description("automatic (when not said): at once; manual: held back until the payee captures it.")]
            CaptureMethod? Capture = null,
        [property: Description("Until when a manual one can be captured; 7 days from now when not said, 30 at most.")]
            DateTimeOffset? ExpiresAt = null,
        [property: Description("What `POST /v1/payments/quote` said, 0 for none: with another fee nothing is done.")]
            WireAmount? ExpectedFee = null,
        [property: Description("For both sides; at most 100 characters.")] string? Reference = null,
        [property: Description("For both sides; at most 500 characters.")] string? Description = null,
        [property: Description("Your own words to it: an object of at most 4 kB.")] JsonElement? Metadata = null
    );

    [Description("Who is paid: exactly one of these.")]
    public sealed record PayeeName(
        [property: Description("An account's id.")] Guid? Account = null,
        [property: Description("An account's number, 12 digits.")] string? Number = null
    );

    static async Task<IResult> Post(Request body, HttpContext context, PaymentMaker maker, TimeProvider time)
    {
        var check = new Validation();
        var payer = check.Id(body.Payer, "/payer");
        var payee = Read(body.Payee, check);
        var amount = check.AmountOf(body.Amount, "/amount");
        var expected = check.OptionalAmountOf(body.ExpectedFee, "/expected_fee", AmountRange.NotNegative);
        var isManual = body.Capture == CaptureMethod.Manual;
        var now = time.GetUtcNow();
        check.That(isManual || body.ExpiresAt is null, "/expires_at", "conflict", "is for payments that are captured later");
        check.That(
            body.ExpiresAt is not { } said || (said > now && said <= now + LongestHeld),
            "/expires_at",
            "out_of_range",
            "must be in the future, and at most 30 days from now"
        );
        check.OptionalText(body.Reference, "/reference", 100, min: 1);
        check.OptionalText(body.Description, "/description", 500, min: 1);
        var metadata = check.ObjectText(body.Metadata, "/metadata", 4096);
        // The key may be that of a payment that was made when this was still right.
        if (check.Failed(out var invalid))
            return await maker.Known(context) ?? invalid;

        var until = isManual ? (body.ExpiresAt ?? now + HeldFor).ToUniversalTime() : (DateTimeOffset?)null;
        var wish = new PaymentWish(payer, payee!, amount, expected, Whole(until), body.Reference, body.Description, metadata);
        return await Make(wish, context, maker, time);
    }

    /// <param name="pointer">Where the request names them.</param>
    public static PayeeName? Read(PayeeName? named, Validation check, string pointer = "/payee")
    {
        var payee = check.Required(named, pointer);
        check.That(
            payee is null || payee.Account is null != payee.Number is null,
            pointer,
            "conflict",
            "must name exactly one of account and number"
        );
        check.OptionalText(payee?.Number, pointer + "/number", 12, min: 12);
        return payee;
    }

    /// <param name="also">What commits with the payment, where it is made, beside its own rows.</param>
    /// <param name="whyChanged">The no where one of those found its row changed.</param>
    public static async Task<IResult> Make(
        PaymentWish wish,
        HttpContext context,
        PaymentMaker maker,
        TimeProvider time,
        Func<PaymentOrder, IReadOnlyList<AlongsideRow>>? also = null,
        Func<Task<Refusal>>? whyChanged = null
    )
    {
        var stop = context.RequestAborted;
        var (order, limits, refusal) = await maker.Order(wish, context);
        // Made by an earlier try of this very request, whose answer was lost: what stands in its way by now has not then.
        if (refusal is not null)
            return await maker.Known(context) ?? refusal;
        var (retries, pause) = (new List<string>(), FirstPause);
        var more = also?.Invoke(order) ?? [];
        while (true)
        {
            var outcome = await maker.Post(order.Posting(order.Id, limits.Conditions, retries, more), stop);
            switch (outcome.Status)
            {
                case OutcomeStatus.Posted:
                    var made = order.Made(outcome.RecordedAt);
                    return Results.Created($"/v1/payments/{made.Id}", PaymentAnswer.Of(made, Viewer.Payer));
                case OutcomeStatus.Conflict:
                    if (await maker.Known(context) is { } known)
                        return known;
                    return whyChanged is null
                        ? Refusals.Busy.Because(Refusals.Busy.Explanation) with
                        {
                            RetryAfter = FirstPause,
                        }
                        : await whyChanged();
                case OutcomeStatus.Retry when retries.Count < MostTries - 1:
                    retries.Add(outcome.Code ?? "retry");
                    await Task.Delay(pause, time, stop);
                    pause *= 2;
                    break;
                default:
                    var why = Why(outcome, order, limits);
                    if (outcome.Status == OutcomeStatus.Refused)
                        await maker.Explain(order.Id, why, stop);
                    return why;
            }
        }
    }

    /// <summary>What the payer is told of an outcome that made no payment.</summary>
    public static Refusal Why(Outcome outcome, PaymentOrder order, OutgoingLimits limits)
    {
        if (outcome.Is(Hazina.Ledger.Refusals.TurnoverExceeded))
            return limits.Exceeded(outcome);
        var isPayees = outcome.Field == "steps/0/credit" || (outcome.Field == "steps/1/debit" && order.Fee?.BorneBy == FeeBearer.Payee);
        if (outcome.Status == OutcomeStatus.Refused && isPayees)
            return Refusals.CannotReceive.Because("The payee cannot be paid this at the moment.", "/payee");
        if (outcome.Is(Hazina.Ledger.Refusals.AccountFrozen) || outcome.Is(Hazina.Ledger.Refusals.AccountClosed))
            return outcome.ToRefusal("/payer");
        return outcome.ToRefusal("/amount");
    }

    /// <summary>The ledger keeps whole microseconds.</summary>
    static DateTimeOffset? Whole(DateTimeOffset? time) => time is { } at ? at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond)) : null;
}

/// <summary>A payment as it was asked for, read.</summary>
sealed record PaymentWish(
    Guid Payer,
    CreatePayment.PayeeName Payee,
    Amount Amount,
    Amount? ExpectedFee,
    DateTimeOffset? ExpiresAt,
    string? Reference,
    string? Description,
    string? Metadata
);
