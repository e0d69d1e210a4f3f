using System.ComponentModel;
using Hazina.Identity.Activities;
using Hazina.Identity.Sessions;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Administration;

/// <summary><c>POST /v1/users/{user}/suspend</c></summary>
static class SuspendUser
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/users/{user}/suspend", Post)
            .WithSummary("Suspend a person")
            .WithDescription(
                """
                Ends all their sessions, the keys that they made, codes under way and a change of address that waits. They cannot sign in until they are
                reinstated. They are told that it was done, and not why. Who works for the platform is suspended by administrators alone, and nobody
                suspends themselves: so the last administrator stays.
                """
            )
            .Produces<UserAnswer>();

    [Description("Why something is done to a person.")]
    public sealed record Request([property: Description("For staff to read; 1 to 500 characters.")] string? Reason);

    static async Task<IResult> Post(
        Guid user,
        Request body,
        HttpContext context,
        Database database,
        RolePermissions roles,
        Narrowing narrowing,
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
        if (act.User.Status == "suspended")
            return Refusals.WrongUserStatus.Because("The account is suspended already.", "user");
        if (Protected(act) is { } denied)
            return denied;
        var ended = await act.Query<Guid>(SuspendWriterSql, new { user, now });
        await act.Write(
            ActivityType.Suspended,
            reason,
            new { act.User.Status },
            new { status = "suspended", sessions_ended = ended },
            [Events.UserSuspended.About(user, now, new(user)), .. Details.OfEndedSessions(user, ended, "ended_by_operator", now).Events]
        );
        var answer = await act.Commit();
        await narrowing.Of(user);
        await notices.Tell(
            user,
            "Your account is suspended",
            "Your account is suspended, and every device is signed out. Nobody can sign in to it until those who run the platform reinstate it."
        );
        return Results.Ok(answer);
    }

    /// <summary>Those who work for the platform watch each other; only administrators put one out.</summary>
    public static Refusal? Protected(StaffAct act) =>
        !act.IsByAdmin && act.User.Roles.Any(Role.Staff.Contains)
            ? Refusals.StaffProtected.Because("The person works for the platform.", "user")
            : null;

    // A thief's change of address must not come due while nobody can stop it.
    const string SuspendWriterSql = """
        with ended as (
            update identity.sessions set ended_at = @now, end_reason = 'ended_by_operator' where user_id = @user and ended_at is null returning id
        ), codes as (
            update identity.codes set attempts_left = 0 where user_id = @user and used_at is null
        ), contact_changes as (
            update identity.contact_changes set status = 'cancelled', ended_at = @now where user_id = @user and ended_at is null
        ), sign_ins as (
            update identity.sign_ins set used_at = @now where user_id = @user and used_at is null
        ), person as (
            update identity.users set status = 'suspended', updated_at = @now, rights_shrank_at = @now where id = @user
        )
        select id from ended
        """;
}
