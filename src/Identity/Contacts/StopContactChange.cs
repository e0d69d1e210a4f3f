using Hazina.Identity.Activities;
using Hazina.Identity.Users;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Contacts;

/// <summary><c>DELETE /v1/me/contact-change</c></summary>
static class StopContactChange
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapDelete("/me/contact-change", Delete)
            .WithSummary("Stop the change of an address")
            .WithDescription("As long as it has not taken effect.")
            .Produces(StatusCodes.Status204NoContent);

    static async Task<IResult> Delete(HttpContext context, Database database, TimeProvider time)
    {
        var now = time.GetUtcNow();
        await using var own = await OwnRows.Open(database, "identity", context);
        if (await own.Execute(StopSql, new { now }) == 0)
            return Refusals.NoContactChange.Because("No change of an address is open.");
        await own.Note(ActivityType.ContactChangeStopped, context, now);
        await own.Commit();
        return Results.NoContent();
    }

    const string StopSql = "update identity.contact_changes set status = 'cancelled', ended_at = @now where ended_at is null";
}
