using Hazina.Web.Visits;
using Hazina.Web.Wallet;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Checkout;

/// <summary>Out of these sources: shown once more, and then held and asked for, once however often it is sent.</summary>
static class PayIntent
{
    public static async Task<IResult> Check(Visit visit)
    {
        var (model, again) = await Read(visit);
        if (again is not null)
            return again;
        if (visit.Given("change") is not null)
            return visit.Show<PayPage>(model);
        foreach (var source in model.Sources.Where(p => p.IsTaken))
        {
            if (source.Wish(model.Order.Left.Currency) is null)
                return Again(visit, model, Problem.Of(source.Name, Words.AmountWrong));
            if (source.Account is null && source.Phone.Length == 0)
                return Again(visit, model, Problem.Of(source.Name + "-phone", Words.PhoneMissing));
        }

        var left = model.Order.Left.Value - Wishes(model).Sum(w => w.Amount!.Value.Value);
        return left switch
        {
            0 => visit.Show<ConfirmPayPage>(new ConfirmPayModel(model, Asking.NewKey())),
            > 0 => Again(visit, model, Problem.Of("left", Text(Words.StillLeft, left))),
            _ => Again(visit, model, Problem.Of("left", Text(Words.TooMuch, -left))),
        };

        string Text(string words, decimal amount) =>
            string.Format(
                System.Globalization.CultureInfo.InvariantCulture,
                words,
                $"{model.Order.Left.Currency} {Layout.Sum.Shown(new Amount(amount, model.Order.Left.Currency))}"
            );
    }

    public static async Task<IResult> Confirm(Visit visit)
    {
        var (id, key) = (visit.Route("intent"), visit.Field("key"));
        var (model, again) = await Read(visit);
        if (again is not null)
            return again;
        var wishes = Wishes(model);
        var done = await visit.Api.ConfirmPaymentIntentAsync(id, new ConfirmIntentRequest { Sources = wishes }, key).Outcome();
        // From two windows it is confirmed once, and both show what becomes of it.
        return done.Problem is { Code: not "payments.wrong_state" } problem
            ? Again(visit, model, problem)
            : visit.Go(ShowCheckout.PathOf(id));
    }

    /// <summary>What was filled in; or where it is too late for that, the page that says so.</summary>
    static async Task<(PayModel Model, IResult? Again)> Read(Visit visit)
    {
        var intent = await visit.Api.GetPaymentIntentAsync(visit.Route("intent"));
        var order = await Order.Of(visit, intent);
        return (
            new PayModel(order, Source.Read(visit, order)),
            intent.AsksPayer(visit.Now) ? null : visit.Go(ShowCheckout.PathOf(intent.Id))
        );
    }

    /// <summary>In the order of the sources, by which the API says which one is wrong.</summary>
    static IReadOnlyList<SourceWish> Wishes(PayModel model) =>
        [.. model.Sources.Select(p => p.Wish(model.Order.Left.Currency)).OfType<SourceWish>()];

    static IResult Again(Visit visit, PayModel model, Problem problem) =>
        visit.Show<PayPage>(model with { Problem = problem }, problem.Status);
}

/// <param name="Key">Under which it happens once.</param>
public sealed record ConfirmPayModel(PayModel Pay, string Key);
