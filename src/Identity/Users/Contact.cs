using System.Text.RegularExpressions;
using Hazina.Platform.Http;
using Hazina.Platform.Messages;

namespace Hazina.Identity.Users;

/// <summary>An e-mail address or a phone number, in the one way of writing it that is stored.</summary>
sealed partial record Contact(MessageChannel Channel, string Value)
{
    public const int MaxEmail = 254;

    /// <summary>Lower case; ASCII alone, so that no two look alike. Domains in other scripts come as <c>xn--…</c>.</summary>
    public static Contact? Email(string text)
    {
        var email = text.ToLowerInvariant();
        return email.Length <= MaxEmail && EmailForm().IsMatch(email) ? new Contact(MessageChannel.Email, email) : null;
    }

    /// <summary>E.164: a plus, the country, the number, 8 to 15 digits in all.</summary>
    public static Contact? Phone(string text) => PhoneForm().IsMatch(text) ? new Contact(MessageChannel.Sms, text) : null;

    /// <summary>Either.</summary>
    public static Contact? Read(string text) => text.Contains('@', StringComparison.Ordinal) ? Email(text) : Phone(text);

    /// <summary>Exactly one of the two, as a registration takes it.</summary>
    public static Contact? OneOf(string? email, string? phone, Validation check)
    {
        if (!check.That(email is not null || phone is not null, "/email", "required", "or phone is required"))
            return null;
        if (!check.That(email is null || phone is null, "/phone", "conflict", "cannot be given together with email; it is added later"))
            return null;
        var contact = email is not null ? Email(email) : Phone(phone!);
        check.That(contact is not null || email is null, "/email", "wrong_format", "must be an e-mail address such as asha@example.com");
        check.That(contact is not null || phone is null, "/phone", "wrong_format", "must be a phone number such as +254712345678");
        return contact;
    }

    [GeneratedRegex(
        @"^(?=[^@]{1,64}@)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
            + @"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])\z",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex EmailForm();

    [GeneratedRegex(@"^\+[1-9][0-9]{7,14}\z", RegexOptions.None, 1000)]
    private static partial Regex PhoneForm();
}
