using System.ComponentModel;
using Hazina.Platform.Auditing;
using Hazina.Platform.Counting;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Platform.Keys;

/// <summary><c>PATCH /v1/keys/{key}</c></summary>
static class ChangeKey
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPatch("/keys/{key}", Patch)
            .WithSummary("Change a key")
            .WithDescription(
                "Its name, permissions and addresses; what is not given stays as it is. Within ten seconds it holds on every server. The key itself "
                    + "and its book stay: rotate it, or make another one."
            )
            .Produces<KeyAnswer>();

    [Description("What is to change; at least one field.")]
    public sealed record Request(
        string? Name = null,
        [property: Description("All that it is to have, each of which whoever asks has too.")] IReadOnlyList<string?>? Permissions = null,
        [property: Description("All that it may be used from; an empty list: from anywhere.")] IReadOnlyList<string?>? Addresses = null
    );

    static async Task<IResult> Patch(
        Guid key,
        Request body,
        HttpContext context,
        Database database,
        ApiKeys keys,
        ICounters counters,
        TimeProvider time
    )
    {
        var check = new Validation();
        check.That(body != new Request(), "/name", "required", "or another field must be given: nothing would change");
        check.OptionalText(body.Name, "/name", 100, min: 1);
        var permissions = body.Permissions is null ? null : check.PermissionsOf(body.Permissions, keys);
        var addresses = body.Addresses is null ? null : check.AddressesOf(body.Addresses);
        if (check.Failed(out var refusal))
            return refusal;
        if (Caller.Of(context).Beyond(permissions ?? []) is { } beyond)
            return beyond;

        var now = time.GetUtcNow();
        await using var own = await OwnRows.Open(database, "platform", context);
        if (await GetKey.Read(own, key) is not { } before)
            return KeyRules.NoSuchKey(key);
        if (before.OwnerType == "organization" && KeyRules.BeyondOrganizations(permissions ?? [], keys) is { } staffs)
            return staffs;
        // Where it may be used from guards what it may do: who could not make it does not loosen it.
        if (addresses is not null && Caller.Of(context).Beyond(before.Permissions) is { } beyondTheirs)
            return beyondTheirs;
        var values = new
        {
            key,
            body.Name,
            permissions,
            addresses,
            now,
        };
        if (await own.Execute(ChangeSql, values) == 0)
            return PlatformRefusals.KeyEnded.Because("The key has ended.", "key");
        var after = (await GetKey.Read(own, key))!;
        await own.Tell(Audit.Event(context, KeyActs.Changed(before, after, now)));
        var answer = await KeyAnswer.Of([after], counters, now, context.RequestAborted);
        await own.Commit();
        return Results.Ok(answer[0]);
    }

    const string ChangeSql = """
        update platform.api_keys
           set name = coalesce(@name, name), permissions = coalesce(@permissions::text[], permissions),
               addresses = coalesce(@addresses::text[]::cidr[], addresses)
         where id = @key and revoked_at is null and (expires_at is null or expires_at > @now)
        """;
}
