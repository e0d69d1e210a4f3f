using System.ComponentModel;
using Hazina.Identity.Organizations;
using Hazina.Platform.Http;

namespace Hazina.Identity.Members;

[Description("Somebody who belongs to an organisation.")]
sealed record MemberAnswer(
    [property: Description("Of the membership: what a list is paged by.")] Guid Id,
    Guid Organization,
    [property: Description("Who.")] Guid User,
    string? FullName,
    string? Username,
    OrganizationRole Role,
    [property: Description("What they may do in its name.")] IReadOnlyList<OrganizationRight> Rights,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    [Description("Always member.")]
    public string Object => "member";
}

/// <summary>A member as the tables have them.</summary>
sealed record MemberRow(
    Guid Id,
    Guid OrganizationId,
    Guid UserId,
    string? FullName,
    string? Username,
    string Role,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    /// <summary>What a query reads of members <c>m</c> and users <c>u</c> to fill this. No addresses: they are for who has them to give.</summary>
    public const string Columns =
        "m.id, m.organization_id, m.user_id, coalesce(u.full_name, concat_ws(' ', u.first_name, u.last_name)) as full_name, u.username, m.role, m.created_at, "
        + "m.updated_at";

    public MemberAnswer Answer()
    {
        var role = Words.Read<OrganizationRole>(Role);
        return new(Id, OrganizationId, UserId, FullName, Username, role, OrganizationRights.Of(role), CreatedAt, UpdatedAt);
    }
}
