using Hazina.Platform.Security;

namespace Hazina.Identity.Organizations;

/// <summary>What staff may do to organisations. What members may do says <see cref="OrganizationRights"/>.</summary>
static class OrganizationPermissions
{
    public const string Read = "identity.organizations.read",
        Suspend = "identity.organizations.suspend";

    public static IReadOnlyList<Permission> All { get; } =
    [
        new(Read, "See every organisation. For people; a key is nobody.", Role.Staff),
        new(Suspend, "Suspend organisations and reinstate them. For people; a key is nobody.", Role.Staff),
    ];
}
