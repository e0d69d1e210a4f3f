using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Organizations;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Invitations;

/// <summary><c>POST /v1/me/invitations/{invitation}/decline</c></summary>
static class DeclineInvitation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/me/invitations/{invitation}/decline", Post)
            .WithSummary("Decline an invitation")
            .WithDescription("It is over; the organisation can send another one.")
            .Produces<InvitationAnswer>();

    static async Task<IResult> Post(Guid invitation, HttpContext context, Database database, TimeProvider time)
    {
        var (user, stop, now) = (Caller.Of(context).Id, context.RequestAborted, time.GetUtcNow());
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var values = new
        {
            invitation,
            user,
            now,
        };
        var row = await connection.QuerySingleOrDefaultAsync<InvitationRow>(
            new CommandDefinition(DeclineWriterSql, values, transaction, cancellationToken: stop)
        );
        if (row is null)
            return AcceptInvitation.NoSuchInvitation(invitation);
        await ActivityLog.Write(
            connection,
            transaction,
            user,
            ActivityType.InvitationDeclined,
            context,
            now,
            Details.OfOrganization(row.OrganizationId, by: null, before: null, new { invitation })
        );
        await transaction.CommitAsync(stop);
        return Results.Ok(row.Answer(now));
    }

    const string DeclineWriterSql = $"""
        update identity.invitations i set status = 'declined', ended_at = @now
         where i.id = @invitation and i.status = 'open' and i.expires_at > @now and {InvitationRow.IsTo}
        returning {InvitationRow.Columns}
        """;
}
