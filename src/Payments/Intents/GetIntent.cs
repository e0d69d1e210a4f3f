using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Intents;

/// <summary><c>GET /v1/payment-intents/{intent}</c></summary>
static class GetIntent
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/payment-intents/{intent}", Get)
            .WithName("getPaymentIntent")
            .WithSummary("Get an intent")
            .WithDescription(
                "What is held so far, what is missing, and for the payer what became of each source. The payee sees it once it is confirmed."
            )
            .Produces<IntentAnswer>();

    static async Task<IResult> Get(Guid intent, HttpContext context, IntentFinder finder)
    {
        var (found, refusal) = await finder.See(context, intent);
        return refusal is not null ? refusal : await finder.Shown(context, found);
    }
}
