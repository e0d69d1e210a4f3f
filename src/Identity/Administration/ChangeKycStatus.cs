using System.ComponentModel;
using Hazina.Identity.Activities;
using Hazina.Identity.Sessions;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Administration;

/// <summary><c>PUT /v1/users/{user}/kyc-status</c></summary>
static class ChangeKycStatus
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPut("/users/{user}/kyc-status", Put)
            .WithSummary("Say how far somebody is known")
            .WithDescription("By compliance, on what they have seen. Nobody says it of themselves.")
            .Produces<UserAnswer>();

    [Description("How far somebody is known.")]
    public sealed record Request(
        KycStatus? Status,
        [property: Description("What it rests upon, for staff to read; 1 to 500 characters.")] string? Reason
    );

    static async Task<IResult> Put(
        Guid user,
        Request body,
        HttpContext context,
        Database database,
        RolePermissions roles,
        TimeProvider time
    )
    {
        var check = new Validation();
        var status = Words.Of(check.Required(body.Status, "/status"));
        var reason = check.Text(body.Reason, "/reason", 500);
        if (check.Failed(out var refusal))
            return refusal;

        var now = time.GetUtcNow();
        await using var act = await StaffAct.Open(database, roles, context, user, UserPermissions.ChangeKycStatus, now);
        if (act.Refusal is { } no)
            return no;
        await act.Do(
            ChangeWriterSql,
            new
            {
                user,
                status,
                now,
            }
        );
        var told = Events.UserKycChanged.About(user, now, new(user, status));
        await act.Write(ActivityType.KycStatusChanged, reason, new { act.User.KycStatus }, new { kyc_status = status }, told);
        return Results.Ok(await act.Commit());
    }

    const string ChangeWriterSql = """
        update identity.users
           set kyc_status = @status, kyc_verified_at = case when @status = 'approved' then coalesce(kyc_verified_at, @now) end, updated_at = @now
         where id = @user
        """;
}
