using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Checkout;

/// <summary>The payer does not go on: what is held is theirs again.</summary>
static class GiveUp
{
    public static async Task<IResult> Post(Visit visit)
    {
        var id = visit.Route("intent");
        var why = new CancelIntentRequest { Reason = CancellationReason.RequestedByCustomer };
        var done = await visit.Api.CancelPaymentIntentAsync(id, why, visit.Field("key")).Outcome();
        if (done.Problem is not { } problem)
            return visit.Go(ShowCheckout.PathOf(id));
        var intent = await visit.Api.GetPaymentIntentAsync(id);
        if (!intent.AsksPayer(visit.Now))
            return visit.Go(ShowCheckout.PathOf(id));
        var order = await Order.Of(visit, intent);
        return visit.Show<PayPage>(new PayModel(order, Source.Propose(visit, order), problem), problem.Status);
    }
}
