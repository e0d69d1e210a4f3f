using System.ComponentModel;
using Hazina.Billing;
using Hazina.Money;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Paying;

/// <summary><c>POST /v1/payments/quote</c></summary>
static class QuotePayment
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payments/quote", Post)
            .WithSummary("Ask what a payment costs its payer")
            .WithDescription(
                """
                The fee that comes on top of the amount now; what the payee bears is not told. Whoever sends it as `expected_fee` with the payment pays exactly
                that, or is told that it has changed and pays nothing. To name a payee by number counts as a look-up.
                """
            )
            .Produces<Answer>();

    [Description("A payment that somebody thinks of.")]
    public sealed record Request(CreatePayment.PayeeName? Payee, WireAmount? Amount);

    [Description("What a payment costs its payer.")]
    public sealed record Answer(
        WireAmount Amount,
        [property: Description("On top; 0 where nothing is taken of the payer.")] WireAmount Fee,
        [property: Description("Both together.")] WireAmount Total
    )
    {
        [Description("Always payment_quote.")]
        public string Object => "payment_quote";
    }

    static async Task<IResult> Post(Request body, HttpContext context, PaymentMaker maker)
    {
        var check = new Validation();
        var named = CreatePayment.Read(body.Payee, check);
        var amount = check.AmountOf(body.Amount, "/amount");
        if (check.Failed(out var invalid))
            return invalid;
        var (payee, refusal) = await maker.Payee(named!, context);
        if (payee is null)
            return refusal!;
        if (payee.Currency != amount.Currency)
            return Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The payee's account is in {payee.Currency}.", "/amount/currency");
        var (_, fee) = await maker.Fee(payee, amount, context.RequestAborted);
        var onTop = fee is { BorneBy: FeeBearer.Payer } ? fee.Amount : Amount.Zero(amount.Currency);
        return Results.Ok(new Answer(WireAmount.Of(amount), WireAmount.Of(onTop), WireAmount.Of(amount + onTop)));
    }
}
