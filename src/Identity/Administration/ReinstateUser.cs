using Hazina.Identity.Activities;
using Hazina.Identity.Sessions;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Identity.Administration;

/// <summary><c>POST /v1/users/{user}/reinstate</c></summary>
static class ReinstateUser
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/users/{user}/reinstate", Post)
            .WithSummary("Reinstate a person")
            .WithDescription(
                "They can sign in again. Keys and sessions that have ended stay so. Who works for the platform is reinstated by administrators alone."
            )
            .Produces<UserAnswer>();

    static async Task<IResult> Post(
        Guid user,
        SuspendUser.Request body,
        HttpContext context,
        Database database,
        RolePermissions roles,
        Notices notices,
        IOptions<IdentityOptions> options,
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
        if (act.User.Status != "suspended")
            return Refusals.WrongUserStatus.Because("The account is not suspended.", "user");
        if (SuspendUser.Protected(act) is { } denied)
            return denied;
        await act.Do(
            ReinstateWriterSql,
            new
            {
                user,
                now,
                erasable = now + options.Value.ErasureCoolingOff,
            }
        );
        await act.Write(
            ActivityType.Reinstated,
            reason,
            new { act.User.Status },
            new { status = "active" },
            Events.UserReinstated.About(user, now, new(user))
        );
        var answer = await act.Commit();
        await notices.Tell(user, "Your account is reinstated", "Your account is not suspended any more: you can sign in again.");
        return Results.Ok(answer);
    }

    // Somebody who could not sign in could not stop their erasure either: they have as long for it as from the first.
    const string ReinstateWriterSql = """
        with erasures as (
            update identity.erasures set due_at = greatest(due_at, @erasable) where user_id = @user and done_at is null
        )
        update identity.users set status = 'active', updated_at = @now where id = @user
        """;
}
