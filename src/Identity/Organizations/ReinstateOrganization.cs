using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Organizations;

/// <summary><c>POST /v1/organizations/{organization}/reinstate</c></summary>
static class ReinstateOrganization
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/organizations/{organization}/reinstate", Post)
            .WithSummary("Reinstate an organisation")
            .WithDescription("For staff. It goes on where it was, and so do its keys.")
            .Produces<OrganizationAnswer>();

    static async Task<IResult> Post(Guid organization, SuspendOrganization.Request body, HttpContext context, OrganizationStanding standing)
    {
        var check = new Validation();
        var reason = check.Text(body.Reason, "/reason", 500);
        return check.Failed(out var refusal) ? refusal : await standing.Change(context, organization, OrganizationStatus.Active, reason);
    }
}
