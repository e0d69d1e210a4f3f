using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Money;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Withdrawals;

/// <summary><c>POST /v1/withdrawals/quote</c></summary>
static class QuoteWithdrawal
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/withdrawals/quote", Post)
            .WithSummary("Ask what a withdrawal costs")
            .WithDescription(
                """
                The fee that comes on top of the amount now, over the provider that the money would go by. Whoever sends it as `expected_fee` with the
                withdrawal pays exactly that, or is told that it has changed and nothing is done. Names are not checked here.
                """
            )
            .Produces<Answer>();

    [Description("A withdrawal that somebody thinks of.")]
    public sealed record Request(
        [property: Description("The account that pays.")] Guid? From,
        CreateWithdrawal.Target? To,
        WireAmount? Amount
    );

    [Description("What a withdrawal costs.")]
    public sealed record Answer(
        WireAmount Amount,
        [property: Description("On top; 0 where nothing is taken.")] WireAmount Fee,
        [property: Description("Both together: what is held.")] WireAmount Total,
        [property: Description("mpesa, kcb or dtb.")] string Provider
    )
    {
        [Description("Always withdrawal_quote.")]
        public string Object => "withdrawal_quote";
    }

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        CustomerAccounts accounts,
        WithdrawalRoutes ways,
        WithdrawalHold hold,
        IOptions<RailOptions> options
    )
    {
        var check = new Validation();
        var from = check.Id(body.From, "/from");
        var amount = check.AmountOf(body.Amount, "/amount");
        var party = CreateWithdrawal.PartyOf(check.Required(body.To, "/to"), check);
        if (check.Failed(out var invalid))
            return invalid;
        var (payer, refusal) = await accounts.Move(context, from, "/from");
        if (refusal is not null)
            return refusal;
        var (rail, no) = ways.For(party);
        if (rail is null)
            return no!;
        check.Fits(rail, CallKind.Payout, amount);
        if (check.Failed(out invalid))
            return invalid;
        if (CreateWithdrawal.Unfit(payer!, rail, amount, options.Value) is { } unfit)
            return unfit;
        var fee = (await hold.Fee(payer!, rail, amount, context.RequestAborted))?.Amount ?? Amount.Zero(amount.Currency);
        return Results.Ok(new Answer(WireAmount.Of(amount), WireAmount.Of(fee), WireAmount.Of(amount + fee), rail.Provider));
    }
}
