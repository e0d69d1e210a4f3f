using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Platform.Keys;

/// <summary>What holds for all calls about keys.</summary>
static class KeyRules
{
    public const string AnyPermission = "platform.keys",
        OwnPermission = "platform.own_keys";

    const int MostLive = 100;

    public static IReadOnlyList<Permission> Permissions { get; } =
    [
        new(
            AnyPermission,
            "Deal with API keys: one's own with platform.own_keys, and those of organisations that allow it. For people; a key is nobody.",
            Role.All
        ),
        new(OwnPermission, "Make, see, change and end API keys of one's own. For people; a key is nobody.", Role.Partner, Role.Admin),
    ];

    /// <summary>The group of these calls. A key that could make keys could not be ended by ending it.</summary>
    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup("/v1").WithTags("API keys").RequirePermission(AnyPermission).RequirePerson();
        ListKeys.Map(keys);
        GetKey.Map(keys);
        RevokeKey.Map(keys);

        var confirmed = keys.MapGroup("").RequireConfirmation();
        CreateKey.Map(confirmed);
        ChangeKey.Map(confirmed);
        RotateKey.Map(confirmed);
    }

    /// <summary>Known permissions, each once.</summary>
    public static string[] PermissionsOf(this Validation check, IReadOnlyList<string?>? given, ApiKeys keys)
    {
        var names = check.List(given, "/permissions", 100);
        var known = keys.Permissions.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
            check.That(known.Contains(names[i]), $"/permissions/{i}", "unknown_value", "must be a permission that there is");
        return [.. names.Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Addresses and networks as they are kept.</summary>
    public static string[] AddressesOf(this Validation check, IReadOnlyList<string?>? given)
    {
        var texts = check.List(given, "/addresses", AllowedAddresses.Most, min: 0);
        var networks = new List<string>();
        for (var i = 0; i < texts.Count; i++)
        {
            var isFine = AllowedAddresses.TryRead(texts[i], out var network);
            if (check.That(isFine, $"/addresses/{i}", "wrong_format", "must be an address or a network such as 203.0.113.0/24"))
                networks.Add(network);
        }

        return [.. networks.Distinct()];
    }

    /// <summary>A key never has more than who makes it.</summary>
    public static Refusal? Beyond(this Caller maker, IEnumerable<string> permissions) =>
        permissions.FirstOrDefault(p => !maker.May(p)) is { } more
            ? PlatformRefusals.PermissionMissing.Because(
                $"Who is signed in lacks the permission {more}, and so would the key.",
                "permissions"
            )
            : null;

    /// <summary>Whose keys are meant: one's own, or those of an organisation with which the caller may deal.</summary>
    public static (KeyOwner? Owner, Refusal? Refusal) OwnerOf(this Caller caller, Guid? organization, string pointer) =>
        organization switch
        {
            { } id when caller.Organizations.Contains(id) => (new KeyOwner("organization", id), null),
            { } id => (
                null,
                PlatformRefusals.NoSuchKeyOwner.Because($"Who is signed in deals with no keys of an organisation {id}.", pointer)
            ),
            null when caller.May(OwnPermission) => (new KeyOwner("user", caller.Id), null),
            null => (
                null,
                PlatformRefusals.PermissionMissing.Because(
                    $"Who is signed in lacks the permission {OwnPermission}; keys of an organisation are dealt with by naming it."
                )
            ),
        };

    /// <summary>
    /// An organisation's keys outlive their maker, so they have nothing that is given for working here: that would stay with the organisation.
    /// </summary>
    public static Refusal? BeyondOrganizations(IEnumerable<string> permissions, ApiKeys keys)
    {
        var ordinary = keys
            .Permissions.Where(p => p.Roles.Any(r => !Role.Staff.Contains(r)))
            .Select(p => p.Name)
            .ToHashSet(StringComparer.Ordinal);
        return permissions.FirstOrDefault(p => !ordinary.Contains(p)) is { } staffs
            ? PlatformRefusals.PermissionMissing.Because(
                $"{staffs} is for those who run the platform, and no organisation's key has it.",
                "permissions"
            )
            : null;
    }

    /// <summary>A no where an owner has as many keys that can be used as one may; two at once do not both find room.</summary>
    /// <param name="ending">One that ends with this and does not count any more.</param>
    public static async Task<Refusal?> NoRoom(OwnRows own, Guid owner, Guid? ending, DateTimeOffset now)
    {
        await own.Query<string>(TakeTurnsSql, new { owner });
        var live = await own.Single<long>(
            CountSql,
            new
            {
                owner,
                ending,
                now,
            }
        );
        return live >= MostLive
            ? PlatformRefusals.TooManyKeys.Because(
                $"There are {MostLive} keys that can be used. One that is being rotated counts until it ends."
            )
            : null;
    }

    public static Refusal NoSuchKey(Guid id) => PlatformRefusals.NoSuchKey.Because($"There is no key {id}.", "key");

    const string TakeTurnsSql = "select pg_advisory_xact_lock(hashtextextended('platform.keys ' || @owner::text, 0))::text";

    const string CountSql = """
        select count(*) from platform.api_keys
         where owner_id = @owner and id is distinct from @ending::uuid and revoked_at is null and (expires_at is null or expires_at > @now)
        """;
}

/// <summary>Whose keys.</summary>
/// <param name="Type"><c>user</c> or <c>organization</c>.</param>
sealed record KeyOwner(string Type, Guid Id);
