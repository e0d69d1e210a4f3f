using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Holdings;

/// <summary><c>GET /v1/accounts/{account}</c></summary>
static class GetAccount
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}", Get)
            .WithSummary("Get an account")
            .WithDescription(
                "What it is and what is on it. One's own, or one of an organisation whose money one may see; staff sees every one."
            )
            .Produces<AccountAnswer>();

    static async Task<IResult> Get(Guid account, HttpContext context, AccountDesk desk)
    {
        var (row, refusal) = await desk.Show(context, account);
        return refusal is not null ? refusal : Results.Ok(await desk.Answer(row, context.RequestAborted));
    }
}
