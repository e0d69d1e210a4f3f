namespace Hazina.Platform.Security;

/// <summary>What people are to the platform. Which permissions a role has is said where each permission is declared.</summary>
public static class Role
{
    public const string User = "user";
    public const string Partner = "partner";
    public const string Operations = "operations";
    public const string Compliance = "compliance";
    public const string Admin = "admin";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [User, Partner, Operations, Compliance, Admin];

    /// <summary>Who works for the platform.</summary>
    public static IReadOnlyList<string> Staff { get; } = [Operations, Compliance, Admin];
}
