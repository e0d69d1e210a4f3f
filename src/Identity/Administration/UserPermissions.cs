using Hazina.Platform.Security;

namespace Hazina.Identity.Administration;

/// <summary>What staff may do to people. For people alone: what is done to somebody was done by somebody, and not by a key.</summary>
static class UserPermissions
{
    public const string Read = "identity.users.read",
        Suspend = "identity.users.suspend",
        ChangeRoles = "identity.users.roles",
        ChangeKycStatus = "identity.users.kyc";

    public static IReadOnlyList<Permission> All { get; } =
    [
        new(Read, "See people, their addresses and standing. For people; a key is nobody.", Role.Staff),
        new(Suspend, "Suspend people and reinstate them. For people; a key is nobody.", Role.Staff),
        new(ChangeRoles, "Give and take roles. For people; a key is nobody.", Role.Admin),
        new(ChangeKycStatus, "Say how far somebody is known. For people; a key is nobody.", Role.Compliance),
    ];
}
