using Hazina.Identity.Activities;
using Hazina.Identity.Users;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Sessions;

/// <summary><c>DELETE /v1/sessions</c></summary>
static class EndOtherSessions
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapDelete("/sessions", Delete)
            .WithSummary("End all other sessions")
            .WithDescription("Signs every device out but the one that asks; within ten seconds no server takes their tokens any more.")
            .Produces(StatusCodes.Status204NoContent);

    static async Task<IResult> Delete(HttpContext context, Database database, SessionRing ring, TimeProvider time)
    {
        var now = time.GetUtcNow();
        await using var own = await OwnRows.Open(database, "identity", context);
        var ended = await own.Query<Guid>(EndSql, new { current = Caller.Of(context).Session, now });
        await own.Note(ActivityType.SessionsEnded, context, now, Details.OfEndedSessions(own.User, ended, "ended_by_user", now));
        await own.Commit();
        ring.ForgetAllOf(own.User);
        return Results.NoContent();
    }

    const string EndSql = """
        update identity.sessions set ended_at = @now, end_reason = 'ended_by_user' where id <> @current and ended_at is null returning id
        """;
}
