using System.ComponentModel;
using Hazina.Platform.Http;

namespace Hazina.Identity.Users;

/// <summary>What somebody uses the platform as.</summary>
enum AccountType
{
    Individual,
    Freelancer,
    Sme,
    Exporter,
    Ecommerce,
    Ngo,
    Startup,
}

/// <summary>Where somebody stands with the platform.</summary>
enum UserStatus
{
    PendingVerification,
    Active,
    Suspended,
    Deleted,
}

/// <summary>How far somebody is known.</summary>
enum KycStatus
{
    Pending,
    UnderReview,
    Approved,
    Rejected,
}

[Description("A person.")]
sealed record UserAnswer(
    Guid Id,
    string? Username,
    string? FullName,
    string? FirstName,
    string? LastName,
    [property: Description("In lower case.")] string? Email,
    [property: Description("Whether somebody who reads the address has said so.")] bool EmailVerified,
    [property: Description("In E.164, such as +254712345678.")] string? Phone,
    bool PhoneVerified,
    AccountType AccountType,
    [property: Description("user, partner, operations, compliance, admin.")] IReadOnlyList<string> Roles,
    UserStatus Status,
    KycStatus KycStatus,
    DateTimeOffset? KycVerifiedAt,
    [property: Description("Whether signing in by password asks for a second factor: there is an authenticator or a passkey.")]
        bool SecondFactor,
    ProfileAnswer Profile,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? LastLoginAt
)
{
    [Description("Always user.")]
    public string Object => "user";

    [Description("Why the status is what it is; for staff alone.")]
    public string? StatusReason { get; init; }

    [Description("What kyc_status rests upon; for staff alone.")]
    public string? KycReason { get; init; }
}

[Description("What is known of a person beyond their name.")]
sealed record ProfileAnswer(
    DateOnly? DateOfBirth,
    string? AddressLine1,
    string? AddressLine2,
    string? City,
    string? State,
    [property: Description("ISO 3166, two letters.")] string? Country,
    string? PostalCode
);

/// <summary>A person as the tables have them.</summary>
sealed record UserRow(
    Guid Id,
    string? Username,
    string? FullName,
    string? FirstName,
    string? LastName,
    string? Email,
    DateTimeOffset? EmailVerifiedAt,
    string? Phone,
    DateTimeOffset? PhoneVerifiedAt,
    string AccountType,
    string[] Roles,
    string Status,
    string KycStatus,
    DateTimeOffset? KycVerifiedAt,
    bool SecondFactor,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? LastLoginAt,
    DateOnly? DateOfBirth,
    string? AddressLine1,
    string? AddressLine2,
    string? City,
    string? State,
    string? Country,
    string? PostalCode
)
{
    /// <summary>What a query reads of <see cref="Tables"/> to fill this.</summary>
    public const string Columns = $"""
        u.id, u.username, u.full_name, u.first_name, u.last_name, u.email, u.email_verified_at, u.phone, u.phone_verified_at, u.account_type,
               u.roles, u.status, u.kyc_status, u.kyc_verified_at,
               {SecondFactors.SecondFactor.IsThere} as second_factor,
               u.created_at, u.updated_at, u.last_login_at, p.date_of_birth,
               p.address_line1 as "AddressLine1", p.address_line2 as "AddressLine2", p.city, p.state, p.country, p.postal_code
        """;

    public const string Tables = "identity.users u left join identity.profiles p on p.user_id = u.id";

    public UserAnswer Answer() =>
        new(
            Id,
            Username,
            FullName,
            FirstName,
            LastName,
            Email,
            EmailVerifiedAt is not null,
            Phone,
            PhoneVerifiedAt is not null,
            Words.Read<AccountType>(AccountType),
            Roles,
            Words.Read<UserStatus>(Status),
            Words.Read<KycStatus>(KycStatus),
            KycVerifiedAt,
            SecondFactor,
            new ProfileAnswer(DateOfBirth, AddressLine1, AddressLine2, City, State, Country, PostalCode),
            CreatedAt,
            UpdatedAt,
            LastLoginAt
        );
}
