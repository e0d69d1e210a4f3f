using Hazina.Web.Visits;
using Hazina.Web.Wallet;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Checkout;

/// <summary>
/// A shop's link: <c>/pay/new?to=NUMBER&amp;amount=1250&amp;currency=KES&amp;reference=…&amp;description=…</c>. Whoever opens it becomes the payer of an
/// intent of their own, when they say so. The shop looks at the payment that it becomes, for anybody can change a link.
/// </summary>
static class StartCheckout
{
    public static async Task<IResult> Get(Visit visit)
    {
        var link = new PayLink(
            visit.Asked("to") ?? throw Visit.NotThere(),
            visit.Asked("amount") ?? throw Visit.NotThere(),
            visit.Asked("currency") ?? "KES",
            visit.Asked("reference"),
            visit.Asked("description")
        );
        return await Show(visit, link, Asking.NewKey(), null);
    }

    public static async Task<IResult> Post(Visit visit)
    {
        var link = new PayLink(
            visit.Field("to"),
            visit.Field("amount"),
            visit.Field("currency"),
            visit.Given("reference"),
            visit.Given("description")
        );
        if (visit.Chosen("payer") is not { } payer)
            return await Show(visit, link, visit.Field("key"), Problem.Of("payer", Words.ChooseAccount));
        var made = await visit
            .Api.CreatePaymentIntentAsync(
                new CreateIntentRequest
                {
                    Payer = payer,
                    Payee = new CreatePaymentPayeeName { Number = link.To },
                    Amount = Typed.Carried(link.Amount, link.Currency),
                    Reference = link.Reference,
                    Description = link.Description,
                },
                visit.Field("key")
            )
            .Outcome();
        return made.Problem is { } problem
            ? await Show(visit, link, Asking.NewKey(), problem)
            : visit.Go(ShowCheckout.PathOf(made.Value.Id));
    }

    static async Task<IResult> Show(Visit visit, PayLink link, string key, Problem? problem)
    {
        if (Typed.Amount(link.Amount, link.Currency) is not { } amount)
            throw Visit.NotThere();
        var accounts = (await Asking.Accounts(visit)).Where(a => a.Currency == link.Currency).ToList();
        return visit.Show<StartPage>(new StartModel(link, amount, accounts, key, problem), problem?.Status ?? StatusCodes.Status200OK);
    }
}

/// <summary>What a shop's link says.</summary>
public sealed record PayLink(string To, string Amount, string Currency, string? Reference, string? Description);

public sealed record StartModel(PayLink Link, Amount Amount, IReadOnlyList<AccountAnswer> Accounts, string Key, Problem? Problem);
