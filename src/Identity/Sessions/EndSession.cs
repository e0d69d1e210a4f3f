using Hazina.Identity.Activities;
using Hazina.Identity.Users;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Sessions;

/// <summary><c>DELETE /v1/sessions/{session}</c></summary>
static class EndSession
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapDelete("/sessions/{session}", Delete)
            .WithSummary("End a session")
            .WithDescription("Signs a device out, as when it is lost; within ten seconds no server takes its token any more.")
            .Produces(StatusCodes.Status204NoContent);

    static async Task<IResult> Delete(Guid session, HttpContext context, Database database, SessionRing ring, TimeProvider time)
    {
        var now = time.GetUtcNow();
        await using var own = await OwnRows.Open(database, "identity", context);
        if (await own.Execute(EndSql, new { session, now }) == 0)
            return Refusals.NoSuchSession.Because($"There is no live session {session}.", "session");
        await own.Note(ActivityType.SessionsEnded, context, now, Details.OfEndedSessions(own.User, [session], "ended_by_user", now));
        await own.Commit();
        ring.Forget(session);
        return Results.NoContent();
    }

    const string EndSql = """
        update identity.sessions set ended_at = @now, end_reason = 'ended_by_user' where id = @session and ended_at is null and expires_at > @now
        """;
}
