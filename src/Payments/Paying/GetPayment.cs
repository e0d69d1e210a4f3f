using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Paying;

/// <summary><c>GET /v1/payments/{payment}</c></summary>
static class GetPayment
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/payments/{payment}", Get).WithSummary("Get a payment").Produces<PaymentAnswer>();

    static async Task<IResult> Get(Guid payment, HttpContext context, PaymentFinder finder)
    {
        var (found, refusal) = await finder.See(context, payment);
        return refusal is not null ? refusal : Results.Ok(PaymentAnswer.Of(found, await finder.ViewerOf(context, found)));
    }
}
