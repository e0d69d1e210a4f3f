using Hazina.Identity.LinkedLogins;

namespace Hazina.Identity;

/// <summary>How people sign in. Bound from the section <c>Identity</c>.</summary>
public sealed record IdentityOptions
{
    /// <summary>The pepper in Base64, at least 32 bytes; the same for all servers on a database. It wins over <see cref="PepperFile"/>.</summary>
    public string? Pepper { get; set; }

    /// <summary>A file that holds the pepper, made where it is missing; <c>keys/password-pepper</c> in the data folder when nothing is said.</summary>
    public string? PepperFile { get; set; }

    /// <summary>bcrypt's cost, 10 to 16: each step doubles the work of who signs in and of who guesses.</summary>
    public int PasswordCost { get; set; } = 12;

    /// <summary>A session that is not used for so long ends.</summary>
    public TimeSpan SessionIdle { get; set; } = TimeSpan.FromHours(24);

    /// <summary>A session ends after so long, used or not.</summary>
    public TimeSpan SessionLength { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a code that was sent can be used: ten minutes at most (ASVS 6.5.5).</summary>
    public TimeSpan CodeLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether people who work for the platform have the rights of it only with a second factor (ASVS 6.3.3).</summary>
    public bool StaffNeedsSecondFactor { get; set; } = true;

    /// <summary>How many sessions somebody has at once; another one ends that which was not used for longest.</summary>
    public int MostSessions { get; set; } = 50;

    /// <summary>How long a confirmation counts, for acts that ask for one.</summary>
    public TimeSpan ConfirmationLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a new e-mail address or phone number waits before it takes effect, so that whoever reads the old one can stop it.</summary>
    public TimeSpan ContactCoolingOff { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long the wish to be erased waits before it takes effect.</summary>
    public TimeSpan ErasureCoolingOff { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a registration waits for its code.</summary>
    public TimeSpan RegistrationLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// The domain that passkeys are made for (the relying party id of WebAuthn): that of the pages on which people sign in, or one above it. Passkeys that
    /// were made for another one cannot be used any more.
    /// </summary>
    public string PasskeyDomain { get; set; } = "localhost";

    /// <summary>
    /// The origins of the pages and apps that may use passkeys, separated by spaces, such as <c>https://pay.example.com</c>. When nothing is said, those of
    /// <see cref="PasskeyDomain"/> by https; for <c>localhost</c> any port, and http as well.
    /// </summary>
    public string? PasskeyOrigins { get; set; }

    /// <summary>Where else people may have a login that lets them in here, by name.</summary>
    public Dictionary<string, ProviderOptions> Providers { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal bool HasGoodProviders =>
        Providers.All(p => p.Key.Length is > 0 and <= 50 && p.Key.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && p.Value.IsGood);

    internal bool IsPasskeyOrigin(string origin) =>
        GivenOrigins is { Length: > 0 } given ? given.Contains(origin, StringComparer.Ordinal)
        : PasskeyDomain != "localhost" ? origin == $"https://{PasskeyDomain}"
        : Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", Host: "localhost" };

    internal bool HasGoodPasskeySettings =>
        Uri.CheckHostName(PasskeyDomain) == UriHostNameType.Dns
        && GivenOrigins.All(o =>
            o.StartsWith("android:apk-key-hash:", StringComparison.Ordinal)
            || (
                Uri.TryCreate(o, UriKind.Absolute, out var uri)
                && uri.Scheme is "https" or "http"
                && uri.GetLeftPart(UriPartial.Authority) == o
            )
        );

    string[] GivenOrigins => PasskeyOrigins?.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries) ?? [];
}
