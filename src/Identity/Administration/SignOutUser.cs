using Hazina.Identity.Activities;
using Hazina.Identity.Sessions;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Administration;

/// <summary><c>POST /v1/users/{user}/sign-out</c></summary>
static class SignOutUser
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/users/{user}/sign-out", Post)
            .WithSummary("Sign a person out everywhere")
            .WithDescription(
                "Ends all their sessions, as for who has lost a device. They may sign in again, and are told. Their keys go on."
            )
            .Produces<UserAnswer>();

    static async Task<IResult> Post(
        Guid user,
        SuspendUser.Request body,
        HttpContext context,
        Database database,
        RolePermissions roles,
        SessionRing ring,
        Notices notices,
        TimeProvider time
    )
    {
        var check = new Validation();
        var reason = check.Text(body.Reason, "/reason", 500);
        if (check.Failed(out var refusal))
            return refusal;

        var now = time.GetUtcNow();
        await using var act = await StaffAct.Open(database, roles, context, user, UserPermissions.Suspend, now);
        if (act.Refusal is { } no)
            return no;
        if (SuspendUser.Protected(act) is { } denied)
            return denied;
        var ended = await act.Query<Guid>(EndWriterSql, new { user, now });
        await act.Write(
            ActivityType.SessionsEnded,
            reason,
            new { sessions_ended = Array.Empty<Guid>() },
            new { sessions_ended = ended },
            Details.OfEndedSessions(user, ended, "ended_by_operator", now).Events
        );
        var answer = await act.Commit();
        ring.ForgetAllOf(user);
        await notices.Tell(
            user,
            "You are signed out",
            "Those who run the platform have signed you out on every device. You can sign in again."
        );
        return Results.Ok(answer);
    }

    // A sign-in that waits for its second step was begun by whoever is put out.
    const string EndWriterSql = """
        with sign_ins as (
            update identity.sign_ins set used_at = @now where user_id = @user and used_at is null
        )
        update identity.sessions set ended_at = @now, end_reason = 'ended_by_operator' where user_id = @user and ended_at is null returning id
        """;
}
