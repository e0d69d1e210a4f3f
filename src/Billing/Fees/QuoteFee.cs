using System.ComponentModel;
using Hazina.Identity;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Billing.Fees;

/// <summary><c>POST /v1/fees/quote</c></summary>
static class QuoteFee
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/fees/quote", Post)
            .WithSummary("Ask what something costs")
            .WithDescription(
                """
                The fee that would be taken of one's own money now, or of an organisation's: what a merchant bears of a payment, what a service costs. What a
                payer bears of a payment to somebody else says `POST /v1/payments/quote`.
                """
            )
            .Produces<Answer>();

    [Description("What is to be paid for.")]
    public sealed record Request(
        [property: Description("What it is for.")] FeeType? Type,
        WireAmount? Amount,
        [property: Description("The rail that it goes over, such as mpesa.")] string? Provider = null,
        [property: Description("An organisation of yours whose own fees would hold; otherwise your own.")] Guid? Organization = null
    );

    [Description("What something costs.")]
    public sealed record Answer(
        [property: Description("0 where nothing is taken.")] WireAmount Fee,
        [property: Description("What it was computed on.")] WireAmount Amount,
        [property: Description("payer: on top of the amount; payee: out of it. Not there where nothing is taken.")] FeeBearer? BorneBy,
        [property: Description("The fee's version.")] Guid? Id
    )
    {
        [Description("Always fee_quote.")]
        public string Object => "fee_quote";
    }

    static async Task<IResult> Post(Request body, HttpContext context, Tariff tariff, People people)
    {
        var check = new Validation();
        var type = check.Required(body.Type, "/type");
        var amount = check.AmountOf(body.Amount, "/amount");
        check.OptionalText(body.Provider, "/provider", 40, min: 1);
        if (check.Failed(out var invalid))
            return invalid;
        var caller = Caller.Of(context);
        var owners = await people.MoneyOwnersOf(caller, context.RequestAborted);
        if (body.Organization is { } named && !owners.Includes(named))
            return Refusals.NoSuchMerchant.Because($"Who asks sees no money of an organisation {named}.", "/organization");
        var merchant = body.Organization ?? owners.Person ?? caller.KeyOfOrganization;
        var quote = await tariff.Quote(new FeeQuestion(caller.Book, type, amount, merchant, body.Provider), context.RequestAborted);
        return Results.Ok(
            new Answer(
                WireAmount.Of(quote?.Amount ?? Money.Amount.Zero(amount.Currency)),
                WireAmount.Of(amount),
                quote?.BorneBy,
                quote?.Fee
            )
        );
    }
}
