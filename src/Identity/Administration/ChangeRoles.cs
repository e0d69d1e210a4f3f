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

/// <summary><c>PUT /v1/users/{user}/roles</c></summary>
static class ChangeRoles
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPut("/users/{user}/roles", Put)
            .WithSummary("Give and take roles")
            .WithDescription(
                """
                Sets all roles that somebody has. Sessions that are open have the new rights at once, on other servers within ten seconds; keys that the person
                made lose what the person may not do any more, and end where nothing is left. Nobody changes their own roles: so the last administrator stays.
                Needs a confirmation of the last ten minutes.
                """
            )
            .Produces<UserAnswer>();

    [Description("What somebody is to the platform.")]
    public sealed record Request(
        [property: Description("user, partner, operations, compliance, admin; at least one.")] IReadOnlyList<string?>? Roles,
        [property: Description("For staff to read; 1 to 500 characters.")] string? Reason = null
    );

    static async Task<IResult> Put(
        Guid user,
        Request body,
        HttpContext context,
        Database database,
        RolePermissions permissions,
        Narrowing narrowing,
        Notices notices,
        TimeProvider time
    )
    {
        var check = new Validation();
        var names = check.List(body.Roles, "/roles", Role.All.Count);
        for (var i = 0; i < names.Count; i++)
            check.That(Role.All.Contains(names[i]), $"/roles/{i}", "unknown_value", $"must be one of {string.Join(", ", Role.All)}");
        var reason = check.OptionalText(body.Reason, "/reason", 500, min: 1);
        if (check.Failed(out var refusal))
            return refusal;

        string[] roles = [.. names.Distinct().Order(StringComparer.Ordinal)];
        var now = time.GetUtcNow();
        await using var act = await StaffAct.Open(database, permissions, context, user, UserPermissions.ChangeRoles, now);
        if (act.Refusal is { } no)
            return no;
        if (act.User.Roles.Order(StringComparer.Ordinal).SequenceEqual(roles))
            return Results.Ok(await act.Commit());
        await act.Do(
            ChangeWriterSql,
            new
            {
                user,
                roles,
                now,
            }
        );
        await act.Write(
            ActivityType.RolesChanged,
            reason,
            new { act.User.Roles },
            new { roles },
            Events.UserRolesChanged.About(user, now, new(user, roles))
        );
        var answer = await act.Commit();
        await narrowing.Of(user);
        await notices.Tell(
            user,
            "Your rights have changed",
            "Those who run the platform have changed what your account may do. If you did not expect it, ask them."
        );
        return Results.Ok(answer);
    }

    const string ChangeWriterSql = "update identity.users set roles = @roles, updated_at = @now, rights_shrank_at = @now where id = @user";
}
