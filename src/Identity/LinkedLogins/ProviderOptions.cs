namespace Hazina.Identity.LinkedLogins;

/// <summary>
/// A provider of OpenID Connect at which people may have a login. Bound from <c>Identity:Providers:&lt;name&gt;</c>; the name is lower-case letters, digits
/// and dashes, and stands in addresses.
/// </summary>
public sealed record ProviderOptions
{
    /// <summary>As people know it; its name in the settings when nothing is said.</summary>
    public string? Title { get; set; }

    /// <summary>Exactly as the provider writes it; its discovery document is below it. https, or http on this machine.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>What the provider calls this platform.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>Null for a public client.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>Separated by spaces; <c>openid</c> is among them.</summary>
    public string Scopes { get; set; } = "openid email profile";

    /// <summary>The page to which the provider sends people back, as it is registered there. It sends what it is given on to the API.</summary>
    public string RedirectUri { get; set; } = "";

    /// <summary>Whether an e-mail address that the provider calls verified is taken as verified here.</summary>
    public bool TrustsEmail { get; set; }

    /// <summary>Whether somebody whose login is not known may register by it.</summary>
    public bool Registers { get; set; } = true;

    internal bool IsGood =>
        Uri.TryCreate(Issuer, UriKind.Absolute, out var issuer)
        && IsSafe(issuer)
        && issuer.Query.Length == 0
        && issuer.Fragment.Length == 0
        && ClientId.Length > 0
        && Uri.TryCreate(RedirectUri, UriKind.Absolute, out var redirect)
        && redirect.Fragment.Length == 0
        && Scopes.Split(' ').Contains("openid");

    /// <summary>Nobody listens in on it.</summary>
    internal static bool IsSafe(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);
}
