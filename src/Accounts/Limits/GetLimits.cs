using Hazina.Accounts.Holdings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Limits;

/// <summary><c>GET /v1/accounts/{account}/limits</c></summary>
static class GetLimits
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}/limits", Get)
            .WithName("getAccountLimits")
            .WithSummary("Get an account's limits")
            .WithDescription(
                "How much may go out to others at once, in a day and in a month, how much has, how much is left, and when that begins anew."
            )
            .Produces<LimitsAnswer>();

    static async Task<IResult> Get(Guid account, HttpContext context, AccountDesk desk, LimitDesk limits)
    {
        var (row, refusal) = await desk.See(context, account);
        return refusal is not null ? refusal : Results.Ok(LimitsAnswer.Of(await limits.Of(row, context.RequestAborted), limits));
    }
}
