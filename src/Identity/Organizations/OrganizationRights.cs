using Hazina.Platform.Http;

namespace Hazina.Identity.Organizations;

/// <summary>What somebody is to an organisation.</summary>
enum OrganizationRole
{
    Owner,
    Admin,
    Developer,
    Finance,
    Viewer,
}

/// <summary>What a member may do in the organisation's name.</summary>
enum OrganizationRight
{
    See,
    Change,
    ManageMembers,
    ManageOwners,
    ManageKeys,
    SeeMoney,
    MoveMoney,
}

/// <summary>Which role has which rights. Whoever may do more than another may also decide about them, but owners answer to owners alone.</summary>
static class OrganizationRights
{
    static readonly OrganizationRight[] All = Enum.GetValues<OrganizationRight>();

    public static IReadOnlyList<OrganizationRight> Of(OrganizationRole role) =>
        role switch
        {
            OrganizationRole.Owner => All,
            OrganizationRole.Admin => [.. All.Where(r => r != OrganizationRight.ManageOwners)],
            OrganizationRole.Developer => [OrganizationRight.See, OrganizationRight.ManageKeys, OrganizationRight.SeeMoney],
            OrganizationRole.Finance => [OrganizationRight.See, OrganizationRight.SeeMoney, OrganizationRight.MoveMoney],
            OrganizationRole.Viewer => [OrganizationRight.See, OrganizationRight.SeeMoney],
            _ => throw new ArgumentOutOfRangeException(nameof(role), role, "No such role."),
        };

    public static bool Has(this OrganizationRole role, OrganizationRight right) => Of(role).Contains(right);

    /// <summary>The words of those roles that have a right, as tables have them.</summary>
    public static string[] RolesWith(OrganizationRight right) =>
        [.. Enum.GetValues<OrganizationRole>().Where(r => r.Has(right)).Select(Words.Of)];
}
