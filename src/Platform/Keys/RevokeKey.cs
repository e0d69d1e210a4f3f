using Hazina.Platform.Auditing;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Platform.Keys;

/// <summary><c>DELETE /v1/keys/{key}</c></summary>
static class RevokeKey
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapDelete("/keys/{key}", Delete)
            .WithSummary("End a key")
            .WithDescription(
                "For ever; within ten seconds no server takes it any more. It stays in the list. To end one that has ended changes nothing."
            )
            .Produces(StatusCodes.Status204NoContent);

    static async Task<IResult> Delete(Guid key, HttpContext context, Database database, TimeProvider time)
    {
        await using var own = await OwnRows.Open(database, "platform", context);
        var now = time.GetUtcNow();
        if (await own.Execute(RevokeSql, new { key, now }) == 0)
            return (await own.Query<Guid>(FindSql, new { key })).Count == 0 ? KeyRules.NoSuchKey(key) : Results.NoContent();
        await own.Tell(Audit.Event(context, KeyActs.Revoked(key, now)));
        await own.Commit();
        return Results.NoContent();
    }

    const string RevokeSql = "update platform.api_keys set revoked_at = @now where id = @key and revoked_at is null";

    const string FindSql = "select id from platform.api_keys where id = @key";
}
