using System.ComponentModel;
using System.Text.Json;
using Hazina.Accounts;
using Hazina.Billing;
using Hazina.Money;
using Hazina.Payments.Paying;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Intents;

/// <summary><c>POST /v1/payment-intents</c></summary>
static class CreateIntent
{
    static readonly TimeSpan OpenFor = TimeSpan.FromDays(1),
        LongestOpen = TimeSpan.FromDays(30);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payment-intents", Post)
            .WithName("createPaymentIntent")
            .Idempotent()
            .WithSummary("Mean to pay out of several sources")
            .WithDescription(
                """
                Splits an amount over wallets, M-Pesa, KCB and DTB in any proportion. Nothing is held or asked for until it is confirmed; then each source is
                held on its own, and when they come to the total, all are taken in one transaction, which becomes a payment. Where that does not come to be
                until `expires_at`, everything is let go: what came over a rail stays on the payer's account, for it is the payer's money.
                """
            )
            .Produces<IntentAnswer>(StatusCodes.Status201Created);

    [Description("What somebody means to pay.")]
    public sealed record Request(
        [property: Description("Your account, in which what comes over rails is kept; or one whose money you may move.")] Guid? Payer,
        CreatePayment.PayeeName? Payee,
        [property: Description("What the payee is to get. Where a fee comes on top, the sources have to come to `total`.")]
            WireAmount? Amount,
        [property: Description("Named now or later; then they come to the total.")] IReadOnlyList<SourceWish>? Sources = null,
        [property: Description("automatic (when not said): all is taken once it is held; manual: when the payee says so.")]
            CaptureMethod? Capture = null,
        [property: Description("A day from now when not said, 30 days at most.")] DateTimeOffset? ExpiresAt = null,
        [property: Description("What `POST /v1/payments/quote` said, 0 for none: with another fee nothing is made.")]
            WireAmount? ExpectedFee = null,
        [property: Description("For both sides; at most 100 characters.")] string? Reference = null,
        [property: Description("For both sides; at most 500 characters.")] string? Description = null,
        [property: Description("Your own words to it: an object of at most 4 kB.")] JsonElement? Metadata = null
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        CustomerAccounts accounts,
        PaymentMaker maker,
        IntentDesk desk,
        IntentFinder finder,
        IntentSources sources
    )
    {
        var check = new Validation();
        var payer = check.Id(body.Payer, "/payer");
        var named = CreatePayment.Read(body.Payee, check);
        var amount = check.AmountOf(body.Amount, "/amount");
        var expected = check.OptionalAmountOf(body.ExpectedFee, "/expected_fee", AmountRange.NotNegative);
        var wishes = sources.Read(body.Sources ?? [], check, min: 0);
        var now = desk.Now;
        check.That(
            body.ExpiresAt is not { } said || (said > now && said <= now + LongestOpen),
            "/expires_at",
            "out_of_range",
            "must be in the future, and at most 30 days from now"
        );
        check.OptionalText(body.Reference, "/reference", 100, min: 1);
        check.OptionalText(body.Description, "/description", 500, min: 1);
        var metadata = check.ObjectText(body.Metadata, "/metadata", 4096);
        if (check.Failed(out var invalid))
            return invalid;

        // Made by an earlier try of this very request, whose answer was lost.
        var id = IdempotencyKey.Of(context).Id;
        if (await finder.Own(context, id) is { } done)
            return Created(done);
        var (from, refusal) = await accounts.Move(context, payer, "/payer");
        if (from is null)
            return refusal!;
        (var to, refusal) = await maker.Payee(named!, context);
        if (to is null)
            return refusal!;
        if (Unfit(from, to, amount) is { } unfit)
            return unfit;
        var (type, fee) = await maker.Fee(to, amount, context.RequestAborted);
        var onTop = fee is { BorneBy: FeeBearer.Payer } ? fee.Amount : Amount.Zero(amount.Currency);
        if (RailFees.Changed(onTop, expected) is { } changed)
            return changed;

        var intent = Of(id, (from, await accounts.ShownName(from)), (to, await accounts.ShownName(to)), amount, fee, now) with
        {
            Type = Words.Of(type),
            Capture = Words.Of(body.Capture ?? CaptureMethod.Automatic),
            Reference = body.Reference,
            Description = body.Description,
            Metadata = metadata,
            AskedBy = Caller.Of(context).Id,
            ExpiresAt = (body.ExpiresAt ?? now + OpenFor).ToUniversalTime(),
        };
        var (legs, no) = await sources.Legs(intent, wishes, context);
        if (no is not null)
            return no;
        intent = intent.Placed(legs);
        await desk.Insert(intent, context.RequestAborted);
        return Created((await finder.Own(context, id))!);
    }

    static IResult Created(Intent intent) => Results.Created($"/v1/payment-intents/{intent.Id}", IntentAnswer.Of(intent, Viewer.Payer));

    static Refusal? Unfit(CustomerAccount payer, CustomerAccount payee, Amount amount) =>
        payer.Id == payee.Id ? Refusals.SameAccount.Because("The money would stay where it is.", "/payee")
        : payer.IsClosed ? Hazina.Accounts.Refusals.Closed.Because("The account is closed.", "/payer")
        : amount.Currency != payer.Currency
            ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The account is in {payer.Currency}.", "/amount/currency")
        : payee.Currency != payer.Currency
            ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The payee's account is in {payee.Currency}.", "/payee")
        : null;

    static Intent Of(
        Guid id,
        (CustomerAccount Account, string Name) payer,
        (CustomerAccount Account, string Name) payee,
        Amount amount,
        FeeQuote? fee,
        DateTimeOffset now
    ) =>
        new(
            id,
            payer.Account.Book,
            Type: "",
            Words.Of(IntentStatus.RequiresSource),
            Capture: "",
            payer.Account.Id,
            Words.Of(payer.Account.HolderType),
            payer.Account.Holder,
            payer.Name,
            payee.Account.Id,
            Words.Of(payee.Account.HolderType),
            payee.Account.Holder,
            payee.Name,
            amount.Value,
            amount.Currency.Code,
            amount.Value + (fee is { BorneBy: FeeBearer.Payer } ? fee.Amount.Value : 0m),
            Funded: 0,
            fee?.Fee,
            fee is null ? null : Words.Of(fee.BorneBy),
            fee?.IsReturned,
            fee?.Amount.Value ?? 0m,
            Reference: null,
            Description: null,
            Metadata: null,
            AskedBy: default,
            PaymentId: null,
            CancellationReason: null,
            FailureCode: null,
            FailureReason: null,
            Version: 1,
            now,
            now,
            ExpiresAt: default,
            ConfirmedAt: null,
            AuthorizedAt: null,
            SucceededAt: null,
            CanceledAt: null
        );
}
