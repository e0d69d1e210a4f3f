using System.ComponentModel;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Organizations;

/// <summary><c>POST /v1/organizations/{organization}/suspend</c></summary>
static class SuspendOrganization
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/organizations/{organization}/suspend", Post)
            .WithSummary("Suspend an organisation")
            .WithDescription(
                "For staff. Its members see it and may leave, and nothing else; its keys stop within ten seconds and can be used again when it is reinstated."
            )
            .Produces<OrganizationAnswer>();

    [Description("Why something is done to an organisation.")]
    public sealed record Request([property: Description("For staff to read; 1 to 500 characters.")] string? Reason);

    static async Task<IResult> Post(Guid organization, Request body, HttpContext context, OrganizationStanding standing)
    {
        var check = new Validation();
        var reason = check.Text(body.Reason, "/reason", 500);
        return check.Failed(out var refusal) ? refusal : await standing.Change(context, organization, OrganizationStatus.Suspended, reason);
    }
}
