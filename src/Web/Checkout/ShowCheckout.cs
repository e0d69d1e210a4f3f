using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Checkout;

/// <summary>What is to be paid and out of what; then how far it is, live while a phone is asked; then what it came to.</summary>
static class ShowCheckout
{
    public static async Task<IResult> Get(Visit visit)
    {
        var intent = await visit.Api.GetPaymentIntentAsync(visit.Route("intent"));
        if (!intent.AsksPayer(visit.Now))
            return visit.Show<ProgressPage>(intent);
        var order = await Order.Of(visit, intent);
        return visit.Show<PayPage>(new PayModel(order, Source.Propose(visit, order)));
    }

    public static Task<IResult> Live(Visit visit) =>
        Task.FromResult<IResult>(
            new LiveResult<Progress>(
                visit,
                async () =>
                {
                    var now = await visit.Api.GetPaymentIntentAsync(visit.Route("intent"));
                    // A source has failed: the payer names another one on the page that asks for it.
                    var next = now.AsksPayer(visit.Now) ? PathOf(now.Id) : null;
                    return new Stand(now, $"{now.Status} {now.Funded} {now.UpdatedAt:O}", now.IsOver || next is not null, next);
                }
            )
        );

    public static string PathOf(Guid intent) => $"/pay/{intent}";
}

public sealed record PayModel(Order Order, IReadOnlyList<Source> Sources, Problem? Problem = null);
