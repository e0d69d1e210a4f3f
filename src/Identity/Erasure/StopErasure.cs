using Hazina.Identity.Activities;
using Hazina.Identity.Users;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Erasure;

/// <summary><c>DELETE /v1/me/erasure</c></summary>
static class StopErasure
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapDelete("/me/erasure", Delete)
            .WithSummary("Stop being erased")
            .WithDescription("As long as it has not taken effect.")
            .Produces(StatusCodes.Status204NoContent);

    static async Task<IResult> Delete(HttpContext context, Database database, Notices notices, TimeProvider time)
    {
        await using var own = await OwnRows.Open(database, "identity", context);
        if (await own.Execute(StopSql, new { user = own.User }) == 0)
            return Refusals.NoErasure.Because("Nobody has asked for it.");
        await own.Note(ActivityType.ErasureStopped, context, time.GetUtcNow());
        await own.Commit();
        await notices.Tell(own.User, "Your account stays", "Your account is not going to be erased: this was stopped.");
        return Results.NoContent();
    }

    const string StopSql = "delete from identity.erasures where user_id = @user and done_at is null";
}
