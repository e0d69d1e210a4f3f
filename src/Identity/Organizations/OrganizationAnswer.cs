using System.ComponentModel;
using Hazina.Platform.Http;

namespace Hazina.Identity.Organizations;

/// <summary>What an organisation is.</summary>
enum OrganizationType
{
    Freelancer,
    Sme,
    Exporter,
    Ecommerce,
    Ngo,
    Startup,
}

/// <summary>Where an organisation stands with the platform.</summary>
enum OrganizationStatus
{
    Active,
    Suspended,
}

[Description("An organisation.")]
sealed record OrganizationAnswer(
    Guid Id,
    [property: Description("As it is registered.")] string LegalName,
    [property: Description("As its customers know it, where that is another name.")] string? TradingName,
    OrganizationType Type,
    string? RegistrationNumber,
    [property: Description("Where it is registered: ISO 3166, two capital letters.")] string Country,
    [property: Description("For whoever has to do with it, in lower case.")] string? Email,
    [property: Description("In E.164, such as +254712345678.")] string? Phone,
    [property: Description("Of a suspended one nothing can be changed, and its keys stop.")] OrganizationStatus Status,
    [property: Description("What who asks is to it; not there for staff who is no member.")] OrganizationRole? Role,
    [property: Description("What who asks may do in its name.")] IReadOnlyList<OrganizationRight> Rights,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    [Description("Always organization.")]
    public string Object => "organization";
}

/// <summary>An organisation as the tables have it, for one of its members.</summary>
sealed record OrganizationRow(
    Guid Id,
    string LegalName,
    string? TradingName,
    string Type,
    string? RegistrationNumber,
    string Country,
    string? Email,
    string? Phone,
    string Status,
    string? Role,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    /// <summary>What a query reads of organisations <c>o</c> and members <c>m</c> to fill this.</summary>
    public const string Columns = """
        o.id, o.legal_name, o.trading_name, o.type, o.registration_number, o.country, o.email, o.phone, o.status, m.role, o.created_at, o.updated_at
        """;

    public OrganizationAnswer Answer()
    {
        OrganizationRole? role = Role is null ? null : Words.Read<OrganizationRole>(Role);
        return new(
            Id,
            LegalName,
            TradingName,
            Words.Read<OrganizationType>(Type),
            RegistrationNumber,
            Country,
            Email,
            Phone,
            Words.Read<OrganizationStatus>(Status),
            role,
            role is { } known ? OrganizationRights.Of(known) : [],
            CreatedAt,
            UpdatedAt
        );
    }
}
