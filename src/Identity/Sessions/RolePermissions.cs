using System.Collections.Concurrent;
using System.Collections.Frozen;
using Hazina.Platform.Security;
using Microsoft.Extensions.Options;

namespace Hazina.Identity.Sessions;

/// <summary>What people may do by their roles, as each module's permissions say.</summary>
sealed class RolePermissions(IEnumerable<PermissionList> known, IOptions<IdentityOptions> options)
{
    readonly Permission[] known = [.. known.SelectMany(l => l.Permissions)];
    readonly ConcurrentDictionary<string, FrozenSet<string>> sets = new(StringComparer.Ordinal);

    /// <summary>What somebody may do: who works for the platform needs a second factor for that, unless the settings say otherwise.</summary>
    public FrozenSet<string> Of(IReadOnlyCollection<string> roles, bool hasSecondFactor) =>
        Of(IsHalf(roles, hasSecondFactor) ? [.. roles.Except(Role.Staff)] : roles);

    public bool IsHalf(IReadOnlyCollection<string> roles, bool hasSecondFactor) =>
        options.Value.StaffNeedsSecondFactor && !hasSecondFactor && roles.Any(Role.Staff.Contains);

    FrozenSet<string> Of(IReadOnlyCollection<string> roles) =>
        sets.GetOrAdd(
            string.Join(' ', roles.Order(StringComparer.Ordinal)),
            _ => known.Where(p => p.Roles.Any(roles.Contains)).Select(p => p.Name).ToFrozenSet(StringComparer.Ordinal)
        );
}
