using Hazina.Identity.Activities;
using Hazina.Identity.Sessions;
using Hazina.Identity.Users;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.SigningIn;

/// <summary><c>POST /v1/auth/sign-out</c></summary>
static class SignOut
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/sign-out", Post)
            .WithSummary("Sign out")
            .WithDescription("Ends the session that the call is made with. Takes no body.")
            .Produces(StatusCodes.Status204NoContent);

    static async Task<IResult> Post(HttpContext context, Database database, SessionRing ring, TimeProvider time)
    {
        var session = Caller.Of(context).Session!.Value;
        var now = time.GetUtcNow();
        await using var own = await OwnRows.Open(database, "identity", context);
        var ended = await own.Execute(EndSql, new { session, now }) == 1;
        await own.Note(ActivityType.SignedOut, context, now, Details.OfEndedSessions(own.User, ended ? [session] : [], "signed_out", now));
        await own.Commit();
        ring.Forget(session);
        return Results.NoContent();
    }

    const string EndSql =
        "update identity.sessions set ended_at = @now, end_reason = 'signed_out' where id = @session and ended_at is null";
}
