using System.ComponentModel;
using Hazina.Identity.Activities;
using Hazina.Identity.Organizations;
using Hazina.Identity.SigningIn;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Messages;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Invitations;

/// <summary><c>POST /v1/organizations/{organization}/invitations</c></summary>
static class Invite
{
    static readonly TimeSpan Day = TimeSpan.FromDays(1),
        Lifetime = TimeSpan.FromDays(14);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/organizations/{organization}/invitations", Post)
            .WithName("inviteMember")
            .WithSummary("Invite somebody to an organisation")
            .WithDescription(
                """
                By owners and admins; owners are invited by owners alone. The message goes to the address, and the answer is the same whether or not somebody
                has it: who has not registers first, with that address. One invitation of an address is open at a time, and another one takes its place. It
                expires after fourteen days.
                """
            )
            .Produces<InvitationAnswer>(StatusCodes.Status201Created);

    [Description("Who is to join, by one of the two, and as what.")]
    public sealed record Request(
        OrganizationRole? Role,
        [property: Description("An e-mail address, where no phone is given.")] string? Email = null,
        [property: Description("A phone number in E.164 such as +254712345678, where no e-mail address is given.")] string? Phone = null
    );

    static async Task<IResult> Post(
        Guid organization,
        Request body,
        HttpContext context,
        Database database,
        Throttle throttle,
        MessageOutbox messages,
        TimeProvider time
    )
    {
        var check = new Validation();
        var role = check.Required(body.Role, "/role");
        var contact = Contact.OneOf(body.Email, body.Phone, check);
        if (check.Failed(out var refusal))
            return refusal;

        var now = time.GetUtcNow();
        InvitationRow row;
        await using (var membership = await Membership.Open(database, context, organization, OrganizationRight.ManageMembers, now))
        {
            if (membership.Refusal is { } no)
                return no;
            if (role == OrganizationRole.Owner && !membership.Role.Has(OrganizationRight.ManageOwners))
                return membership.Lacks(OrganizationRight.ManageOwners);
            if (await throttle.Take(membership.Stop, Limits(contact!, organization, context)) is { } wait)
                return wait;
            var values = new
            {
                id = Guid.CreateVersion7(now),
                organization,
                name = membership.Held.Name,
                channel = Words.Of(contact!.Channel),
                address = contact.Value,
                role = Words.Of(role),
                user = membership.Actor,
                now,
                expires = now + Lifetime,
            };
            await membership.Do(WithdrawWriterSql, values);
            row = (await membership.Find<InvitationRow>(InsertWriterSql, values))!;
            await membership.Write(membership.Actor, ActivityType.MemberInvited, before: null, new { invitation = row.Id, row.Role });
            await membership.Commit();
        }

        await messages.Put(MessageOf(contact, row.OrganizationName), CancellationToken.None);
        return Results.Created($"/v1/organizations/{organization}/invitations/{row.Id}", row.Answer(now));
    }

    /// <summary>Nobody's telephone is to be filled by others, and messages cost money.</summary>
    static Limit[] Limits(Contact contact, Guid organization, HttpContext context) =>
        [
            new($"invitations of {organization}", 200, Day),
            new($"invitations by {Caller.Of(context).Id}", 200, Day),
            new($"invitations to {contact.Value}", 20, Day),
        ];

    /// <summary>The same for everybody: who has no account learns that one is needed, who has one signs in.</summary>
    static Message MessageOf(Contact contact, string organization) =>
        new(
            contact.Channel,
            contact.Value,
            "You are invited",
            $"You are invited to join {OneLine(organization)}. Sign in, or register with this address, to accept or decline within 14 days. If you do not know "
                + "who this is, there is nothing to do."
        );

    // What others have written must not look like a message of ours.
    static string OneLine(string name)
    {
        var line = string.Join(' ', name.Split(['\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries));
        return $"\"{(line.Length > 60 ? line[..60] + "…" : line).Replace('"', '\'')}\"";
    }

    const string WithdrawWriterSql = """
        update identity.invitations set status = 'withdrawn', ended_at = @now
         where organization_id = @organization and address = @address and status = 'open'
        """;

    const string InsertWriterSql = $"""
        insert into identity.invitations as i
               (id, organization_id, organization_name, channel, address, role, status, invited_by, created_at, expires_at)
        values (@id, @organization, @name, @channel, @address, @role, 'open', @user, @now, @expires)
        returning {InvitationRow.Columns}
        """;
}
