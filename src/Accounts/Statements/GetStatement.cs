using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Statements;

/// <summary><c>GET /v1/statements/{statement}</c></summary>
static class GetStatement
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/statements/{statement}", Get).WithSummary("Get a statement").Produces<StatementAnswer>();

    static async Task<IResult> Get(Guid statement, HttpContext context, StatementDesk desk)
    {
        var (found, _, refusal) = await desk.See(context, statement);
        return refusal is not null ? refusal : Results.Ok(found.Answer());
    }
}
