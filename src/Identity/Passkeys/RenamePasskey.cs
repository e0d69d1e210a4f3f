using System.ComponentModel;
using Hazina.Identity.Activities;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Passkeys;

/// <summary><c>PATCH /v1/me/passkeys/{passkey}</c></summary>
static class RenamePasskey
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPatch("/me/passkeys/{passkey}", Patch)
            .WithSummary("Rename a passkey")
            .WithDescription("So that its owner knows it again in the list.")
            .Produces<PasskeyAnswer>();

    [Description("What it is called from now on.")]
    public sealed record Request([property: Description("1 to 100 characters.")] string? Name);

    static async Task<IResult> Patch(Guid passkey, Request body, HttpContext context, Database database, TimeProvider time)
    {
        var check = new Validation();
        var name = check.PasskeyName(body.Name);
        if (check.Failed(out var refusal))
            return refusal;

        await using var own = await OwnRows.Open(database, "identity", context);
        if (await own.Query<PasskeyAnswer>(RenameSql, new { passkey, name }) is not [var renamed])
            return Refusals.NoSuchPasskey.Because($"There is no passkey {passkey}.", "passkey");
        await own.Note(ActivityType.PasskeyRenamed, context, time.GetUtcNow());
        await own.Commit();
        return Results.Ok(renamed);
    }

    // Whose it is, row-level security knows.
    const string RenameSql = """
        update identity.passkeys set name = @name where id = @passkey returning id, name, is_backed_up, created_at, last_used_at
        """;
}
