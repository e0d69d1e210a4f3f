using Microsoft.AspNetCore.Builder;

namespace Hazina.Platform.Security;

/// <summary>Something that a caller may or may not do; each module registers its own.</summary>
/// <param name="Name"><c>module.verb</c>, for example <c>ledger.post</c>.</param>
/// <param name="Description">What it allows, for who gives it.</param>
/// <param name="Roles">Whose it is by role (<see cref="Role"/>); a key is given its permissions one by one.</param>
public sealed record Permission(string Name, string Description, params IReadOnlyList<string> Roles)
{
    /// <summary>Another permission, without which this one allows nothing.</summary>
    public string? OnlyWith { get; init; }
}

/// <summary>What one module registers.</summary>
public sealed record PermissionList(IReadOnlyList<Permission> Permissions);

/// <summary>What a route needs.</summary>
public sealed record RequiredPermission(string Name);

/// <summary>On a route that is for people alone.</summary>
sealed record RequiredPerson;

/// <summary>On a route for whoever has shown lately who they are.</summary>
sealed record RequiredConfirmation;

public static class PermissionExtensions
{
    /// <summary>Lets in only callers that have the permission; where several are required, all of them.</summary>
    public static T RequirePermission<T>(this T routes, string permission)
        where T : IEndpointConventionBuilder => routes.WithMetadata(new RequiredPermission(permission));

    /// <summary>Lets in people alone: a key is nobody.</summary>
    public static T RequirePerson<T>(this T routes)
        where T : IEndpointConventionBuilder => routes.WithMetadata(new RequiredPerson());

    /// <summary>
    /// Lets a person through who has lately shown again who they are, by signing in or by <c>POST /v1/auth/confirm</c>; a key has nothing to show. For what
    /// does lasting harm in wrong hands. Needs a permission, too.
    /// </summary>
    public static T RequireConfirmation<T>(this T routes)
        where T : IEndpointConventionBuilder => routes.WithMetadata(new RequiredConfirmation());
}
