using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Requests;

/// <summary><c>GET /v1/payment-requests/{request}</c></summary>
static class GetRequest
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/payment-requests/{request}", Get)
            .WithName("getPaymentRequest")
            .WithSummary("Get a request for money")
            .WithDescription("For both sides; one that asks nobody in particular for whoever has its id.")
            .Produces<RequestAnswer>();

    static async Task<IResult> Get(Guid request, HttpContext context, RequestDesk desk)
    {
        var (row, side, refusal) = await desk.See(context, request);
        return refusal is not null ? refusal : Results.Ok(row.Answer(side, desk.Now));
    }
}
