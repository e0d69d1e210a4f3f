using System.Collections.Concurrent;
using System.Collections.Frozen;
using Hazina.Platform.Security;

namespace Hazina.Identity.Sessions;

/// <summary>What people may do by their roles, as each module's permissions say.</summary>
sealed class RolePermissions(IEnumerable<PermissionList> known)
{
    readonly Permission[] known = [.. known.SelectMany(l => l.Permissions)];
    readonly ConcurrentDictionary<string, FrozenSet<string>> sets = new(StringComparer.Ordinal);

    public FrozenSet<string> Of(IReadOnlyCollection<string> roles) =>
        sets.GetOrAdd(
            string.Join(' ', roles.Order(StringComparer.Ordinal)),
            _ => known.Where(p => p.Roles.Any(roles.Contains)).Select(p => p.Name).ToFrozenSet(StringComparer.Ordinal)
        );
}
