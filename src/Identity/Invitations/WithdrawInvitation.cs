using Hazina.Identity.Activities;
using Hazina.Identity.Organizations;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Invitations;

/// <summary><c>DELETE /v1/organizations/{organization}/invitations/{invitation}</c></summary>
static class WithdrawInvitation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapDelete("/organizations/{organization}/invitations/{invitation}", Delete)
            .WithSummary("Withdraw an invitation")
            .WithDescription("By owners and admins, as long as it is open. It stays in the list.")
            .Produces(StatusCodes.Status204NoContent);

    static async Task<IResult> Delete(Guid organization, Guid invitation, HttpContext context, Database database, TimeProvider time)
    {
        var now = time.GetUtcNow();
        await using var membership = await Membership.Open(database, context, organization, OrganizationRight.ManageMembers, now);
        if (membership.Refusal is { } no)
            return no;
        if (
            await membership.Do(
                WithdrawWriterSql,
                new
                {
                    organization,
                    invitation,
                    now,
                }
            ) == 0
        )
            return AcceptInvitation.NoSuchInvitation(invitation);
        await membership.Write(membership.Actor, ActivityType.InvitationWithdrawn, before: null, new { invitation });
        await membership.Commit();
        return Results.NoContent();
    }

    const string WithdrawWriterSql = """
        update identity.invitations set status = 'withdrawn', ended_at = @now
         where id = @invitation and organization_id = @organization and status = 'open' and expires_at > @now
        """;
}
