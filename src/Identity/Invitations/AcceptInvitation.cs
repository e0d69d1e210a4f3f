using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Organizations;
using Hazina.Identity.Sessions;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Identity.Invitations;

/// <summary><c>POST /v1/me/invitations/{invitation}/accept</c></summary>
static class AcceptInvitation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/me/invitations/{invitation}/accept", Post)
            .WithSummary("Accept an invitation")
            .WithDescription("Whoever accepts belongs to the organisation from then on. Who belongs to it already stays what they are.")
            .Produces<InvitationAnswer>();

    static async Task<IResult> Post(Guid invitation, HttpContext context, Database database, SessionRing ring, TimeProvider time)
    {
        var (user, stop, now) = (Caller.Of(context).Id, context.RequestAborted, time.GetUtcNow());
        var values = new
        {
            invitation,
            user,
            member = Guid.CreateVersion7(now),
            now,
        };
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);

        // The organisation first, as whoever withdraws an invitation does; what is read after that does not change any more.
        var status = await connection.QuerySingleOrDefaultAsync<string>(
            new CommandDefinition(HoldWriterSql, values, transaction, cancellationToken: stop)
        );
        if (status is null)
            return NoSuchInvitation(invitation);
        // Then the person, whose invitations an erasure takes along; then the invitation.
        if (await Membership.NoRoom(connection, transaction, user, stop) is { } full)
            return full;
        var row = await connection.QuerySingleOrDefaultAsync<InvitationRow>(
            new CommandDefinition(AcceptWriterSql, values, transaction, cancellationToken: stop)
        );
        if (row is null)
            return NoSuchInvitation(invitation);
        if (status == "suspended")
            return Refusals.OrganizationSuspended.Because("The organisation is suspended.", "invitation");
        var (joined, refusal) = await Join(connection, transaction, row, values, user, stop);
        if (refusal is not null)
            return refusal;
        await ActivityLog.Write(
            connection,
            transaction,
            user,
            ActivityType.InvitationAccepted,
            context,
            now,
            Details.OfOrganization(
                row.OrganizationId,
                by: null,
                before: null,
                new
                {
                    invitation,
                    member = user,
                    row.Role,
                },
                joined ? [Events.MemberJoined.In(row.OrganizationId, now, new(row.OrganizationId, user, row.Role))] : []
            )
        );
        await transaction.CommitAsync(stop);
        ring.ForgetAllOf(user);
        return Results.Ok(row.Answer(now));
    }

    /// <summary>Who belongs to it already has not joined.</summary>
    static async Task<(bool HasJoined, Refusal? Refusal)> Join(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        InvitationRow row,
        object values,
        Guid user,
        CancellationToken stop
    )
    {
        var members = await connection.QuerySingleAsync<long>(
            new CommandDefinition(CountWriterSql, new { organization = row.OrganizationId }, transaction, cancellationToken: stop)
        );
        if (members >= Membership.MostMembers)
            return (false, Refusals.TooManyMembers.Because($"The organisation has {Membership.MostMembers} members.", "invitation"));
        var added = await connection.ExecuteAsync(new CommandDefinition(JoinWriterSql, values, transaction, cancellationToken: stop));
        return (added == 1, null);
    }

    public static Refusal NoSuchInvitation(Guid id) =>
        Refusals.NoSuchInvitation.Because($"There is no open invitation {id}.", "invitation");

    const string HoldWriterSql = $"""
        select o.status
          from identity.organizations o
         where o.id = (select i.organization_id from identity.invitations i where i.id = @invitation and {InvitationRow.IsTo})
           for no key update of o
        """;

    const string AcceptWriterSql = $"""
        update identity.invitations i set status = 'accepted', ended_at = @now
         where i.id = @invitation and i.status = 'open' and i.expires_at > @now and {InvitationRow.IsTo}
        returning {InvitationRow.Columns}
        """;

    const string CountWriterSql = "select count(*) from identity.members where organization_id = @organization";

    const string JoinWriterSql = """
        insert into identity.members (id, organization_id, user_id, role, created_at, updated_at)
        select @member, organization_id, @user, role, @now, @now from identity.invitations where id = @invitation
        on conflict on constraint members_key do nothing
        """;
}
