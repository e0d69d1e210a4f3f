using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Billing;
using Hazina.Money;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Funding;

/// <summary><c>POST /v1/funding-sessions/quote</c></summary>
static class QuoteFunding
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/funding-sessions/quote", Post)
            .WithSummary("Ask what a top-up costs")
            .WithDescription(
                """
                The fee that is taken out of the amount now. Whoever sends it as `expected_fee` with the top-up pays exactly that, however late the money
                comes, or is told that it has changed and nobody is asked for money.
                """
            )
            .Produces<Answer>();

    [Description("A top-up that somebody thinks of.")]
    public sealed record Request(
        [property: Description("The account that it is for.")] Guid? Account,
        [property: Description("mpesa, kcb or dtb.")] string? Source,
        WireAmount? Amount
    );

    [Description("What a top-up costs.")]
    public sealed record Answer(
        WireAmount Amount,
        [property: Description("Out of the amount; 0 where nothing is taken.")] WireAmount Fee,
        [property: Description("What the account gets.")] WireAmount Credited
    )
    {
        [Description("Always funding_quote.")]
        public string Object => "funding_quote";
    }

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        CustomerAccounts accounts,
        CallDesk desk,
        RailFees fees,
        IOptions<RailOptions> options
    )
    {
        var check = new Validation();
        var account = check.Id(body.Account, "/account");
        var amount = check.AmountOf(body.Amount, "/amount");
        var rail = CreateFunding.RailOf(body.Source, amount, desk, check);
        if (check.Failed(out var invalid))
            return invalid;
        var (holder, refusal) = await accounts.Move(context, account, "/account");
        if (refusal is not null)
            return refusal;
        if (CreateFunding.Unfit(holder!, rail!, amount, options.Value) is { } unfit)
            return unfit;
        var quote = await fees.Quote(FeeType.Funding, holder!, rail!, amount, context.RequestAborted);
        var fee = quote?.Amount ?? Amount.Zero(amount.Currency);
        return Results.Ok(new Answer(WireAmount.Of(amount), WireAmount.Of(fee), WireAmount.Of(amount - fee)));
    }
}
