using Hazina.Identity.Activities;
using Hazina.Identity.Organizations;
using Hazina.Identity.Sessions;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Members;

/// <summary><c>DELETE /v1/organizations/{organization}/members/{user}</c></summary>
static class RemoveMember
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapDelete("/organizations/{organization}/members/{user}", Delete)
            .WithSummary("Remove a member, or leave")
            .WithDescription(
                """
                Everybody may leave, of a suspended organisation too; owners and admins remove others, owners alone an owner. The last owner who can sign in
                stays. Needs a confirmation of the last ten minutes. Keys of the organisation go on, whoever made them: end those that the person has seen.
                """
            )
            .Produces(StatusCodes.Status204NoContent);

    static async Task<IResult> Delete(
        Guid organization,
        Guid user,
        HttpContext context,
        Database database,
        SessionRing ring,
        TimeProvider time
    )
    {
        var now = time.GetUtcNow();
        OrganizationRight? needed = user == Caller.Of(context).Id ? null : OrganizationRight.ManageMembers;
        await using var membership = await Membership.Open(database, context, organization, needed, now);
        if (membership.Refusal is { } no)
            return no;
        if (await membership.RoleOf(user) is not { } role)
            return ChangeMember.NoSuchMember(user);
        if (role == OrganizationRole.Owner)
        {
            if (!membership.Role.Has(OrganizationRight.ManageOwners))
                return membership.Lacks(OrganizationRight.ManageOwners);
            if (await membership.LastOwner(user) is { } last)
                return last;
        }

        await membership.Do(
            RemoveWriterSql,
            new
            {
                organization,
                user,
                now,
            }
        );
        await membership.Write(
            user,
            ActivityType.MembershipEnded,
            new { member = user, role = Words.Of(role) },
            after: null,
            Events.MemberLeft.In(organization, now, new(organization, user))
        );
        await membership.Commit();
        ring.ForgetAllOf(user);
        return Results.NoContent();
    }

    // What they have invited somebody as, maybe themselves, goes with them.
    const string RemoveWriterSql = """
        with invitations as (
            update identity.invitations set status = 'withdrawn', ended_at = @now
             where organization_id = @organization and invited_by = @user and status = 'open'
        )
        delete from identity.members where organization_id = @organization and user_id = @user
        """;
}
