using Hazina.Identity.Users;
using Hazina.Platform.Http;

namespace Hazina.Identity.Organizations;

/// <summary>What the fields of an organisation may hold, when it is made and when it is changed.</summary>
static class OrganizationFields
{
    const string NoCountry = "must be a country of ISO 3166 such as KE";

    public static void Names(this Validation check, string? tradingName, string? registrationNumber)
    {
        check.OptionalText(tradingName, "/trading_name", 255);
        check.OptionalText(registrationNumber, "/registration_number", 50);
    }

    public static void Country(this Validation check, string? country) =>
        check.That(country is null || Countries.Has(country), "/country", "unknown_value", NoCountry);

    /// <summary>Both as they are kept; an empty text stays one.</summary>
    public static (string? Email, string? Phone) Addresses(this Validation check, string? email, string? phone)
    {
        var mail = email is null or "" ? email : Contact.Email(email)?.Value;
        check.That(email is null || mail is not null, "/email", "wrong_format", "must be an e-mail address such as asha@example.com");
        var number = phone is null or "" ? phone : Contact.Phone(phone)?.Value;
        check.That(phone is null || number is not null, "/phone", "wrong_format", "must be a phone number such as +254712345678");
        return (mail, number);
    }
}
