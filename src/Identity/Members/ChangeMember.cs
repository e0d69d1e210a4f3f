using System.ComponentModel;
using Hazina.Identity.Activities;
using Hazina.Identity.Organizations;
using Hazina.Identity.Sessions;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Members;

/// <summary><c>PATCH /v1/organizations/{organization}/members/{user}</c></summary>
static class ChangeMember
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPatch("/organizations/{organization}/members/{user}", Patch)
            .WithSummary("Change what a member may do")
            .WithDescription(
                """
                By owners and admins; owners are made and changed by owners alone, and the last one who can sign in stays an owner. It holds at once, on
                other servers within ten seconds. Needs a confirmation of the last ten minutes.
                """
            )
            .Produces<MemberAnswer>();

    [Description("What a member is to be.")]
    public sealed record Request(OrganizationRole? Role);

    static async Task<IResult> Patch(
        Guid organization,
        Guid user,
        Request body,
        HttpContext context,
        Database database,
        SessionRing ring,
        TimeProvider time
    )
    {
        var check = new Validation();
        var role = check.Required(body.Role, "/role");
        if (check.Failed(out var refusal))
            return refusal;

        var now = time.GetUtcNow();
        await using var membership = await Membership.Open(database, context, organization, OrganizationRight.ManageMembers, now);
        if (membership.Refusal is { } no)
            return no;
        if (await membership.RoleOf(user) is not { } before)
            return NoSuchMember(user);
        if (OrganizationRole.Owner == before || OrganizationRole.Owner == role)
        {
            if (!membership.Role.Has(OrganizationRight.ManageOwners))
                return membership.Lacks(OrganizationRight.ManageOwners);
            if (role != OrganizationRole.Owner && await membership.LastOwner(user) is { } last)
                return last;
        }

        var row = await membership.Find<MemberRow>(
            ChangeWriterSql,
            new
            {
                organization,
                user,
                role = Words.Of(role),
                now,
            }
        );
        if (role != before)
            await membership.Write(
                user,
                ActivityType.MembershipChanged,
                new { member = user, role = Words.Of(before) },
                new { member = user, role = Words.Of(role) },
                Events.MemberRoleChanged.In(organization, now, new(organization, user, Words.Of(role)))
            );
        await membership.Commit();
        ring.ForgetAllOf(user);
        return Results.Ok(row!.Answer());
    }

    public static Refusal NoSuchMember(Guid user) => Refusals.NoSuchMember.Because($"The organisation has no member {user}.", "user");

    const string ChangeWriterSql = $"""
        update identity.members m set role = @role, updated_at = @now
          from identity.users u
         where m.organization_id = @organization and m.user_id = @user and u.id = m.user_id
        returning {MemberRow.Columns}
        """;
}
