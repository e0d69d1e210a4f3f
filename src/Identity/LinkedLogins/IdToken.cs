using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Hazina.Identity.LinkedLogins;

/// <summary>What a token has to say for us.</summary>
sealed record IdTokenWanted(string Issuer, string ClientId, string Nonce, DateTimeOffset Now);

/// <summary>Somebody, as a provider knows them.</summary>
sealed record ProviderPerson(string Issuer, string Subject)
{
    public string? Email { get; init; }

    public bool IsEmailVerified { get; init; }

    public string? Name { get; init; }

    public string? GivenName { get; init; }

    public string? FamilyName { get; init; }
}

/// <summary>
/// An ID token as it came (OpenID Connect Core 1.0, 2 and 3.1.3.7; RFC 7519). RS256 and ES256 are taken, by a key of the provider that is for that
/// algorithm; there is no way to sign with nothing, or with a secret that is shared.
/// </summary>
sealed class IdToken
{
    const int MaxLength = 32 * 1024,
        MaxSubject = 255;
    static readonly TimeSpan Skew = TimeSpan.FromMinutes(1),
        Oldest = TimeSpan.FromMinutes(10);
    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    readonly byte[] signed,
        signature;
    readonly JsonElement claims;

    IdToken(string alg, string? kid, byte[] signed, byte[] signature, JsonElement claims) =>
        (Alg, Kid, this.signed, this.signature, this.claims) = (alg, kid, signed, signature, claims);

    public string Alg { get; }

    public string? Kid { get; }

    /// <summary>Null for what is no token, or asks for what is not understood here.</summary>
    public static IdToken? Read(string text)
    {
        var parts = text.Length <= MaxLength ? text.Split('.') : [];
        if (parts.Length != 3 || Part(parts[0]) is not { } header || Part(parts[1]) is not { } claims || !Base64Url.IsValid(parts[2]))
            return null;
        if (Text(header, "alg") is not ("RS256" or "ES256") || header.TryGetProperty("crit", out _))
            return null;
        return new IdToken(
            Text(header, "alg")!,
            Text(header, "kid"),
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
            Base64Url.DecodeFromChars(parts[2]),
            claims
        );
    }

    /// <summary>The key that it names; where it names none, the only one that it could be.</summary>
    public ProviderKey? KeyAmong(IReadOnlyList<ProviderKey> keys)
    {
        ProviderKey[] fitting = [.. keys.Where(k => k.Alg == Alg && (Kid is null || k.Kid == Kid))];
        return fitting is [var key] ? key : null;
    }

    /// <summary>What is wrong with it, for whoever looks after the platform; null where all is well.</summary>
    public string? Fault(ProviderKey key, IdTokenWanted wanted)
    {
        if (key.Alg != Alg || !key.Verifies(signed, signature))
            return "the signature is wrong";
        if (Text(claims, "iss") != wanted.Issuer)
            return "it is from another issuer";
        if (AudienceFault(wanted.ClientId) is { } audience)
            return audience;
        if (Time("exp") is not { } expires || expires + Skew <= wanted.Now)
            return "it has expired";
        if (Time("iat") is not { } issued || issued - Skew > wanted.Now || issued + Oldest < wanted.Now)
            return "it was not issued just now";
        if (claims.TryGetProperty("nbf", out _) && (Time("nbf") is not { } from || from - Skew > wanted.Now))
            return "it is not valid yet";
        var nonce = Encoding.UTF8.GetBytes(Text(claims, "nonce") ?? "");
        if (!CryptographicOperations.FixedTimeEquals(nonce, Encoding.UTF8.GetBytes(wanted.Nonce)))
            return "it was made for another sign-in";
        if (Text(claims, "sub") is not { Length: > 0 and <= MaxSubject } subject || subject.Any(char.IsControl))
            return "it names nobody";
        return null;
    }

    /// <summary>Of a token without fault.</summary>
    public ProviderPerson Person() =>
        new(Text(claims, "iss")!, Text(claims, "sub")!)
        {
            Email = Text(claims, "email"),
            // Some providers write it as a text.
            IsEmailVerified =
                claims.TryGetProperty("email_verified", out var verified)
                && (
                    verified.ValueKind == JsonValueKind.True
                    || (verified.ValueKind == JsonValueKind.String && verified.GetString() == "true")
                ),
            Name = Text(claims, "name"),
            GivenName = Text(claims, "given_name"),
            FamilyName = Text(claims, "family_name"),
        };

    string? AudienceFault(string client)
    {
        if (!claims.TryGetProperty("aud", out var audience))
            return "it is for nobody";
        string?[] all = audience.ValueKind switch
        {
            JsonValueKind.String => [audience.GetString()],
            JsonValueKind.Array => [.. audience.EnumerateArray().Select(a => a.ValueKind == JsonValueKind.String ? a.GetString() : null)],
            _ => [],
        };
        if (!all.Contains(client))
            return "it is for another client";
        var hasParty = claims.TryGetProperty("azp", out _);
        return (hasParty || all.Length > 1) && Text(claims, "azp") != client ? "it was asked for by another client" : null;
    }

    DateTimeOffset? Time(string name) =>
        claims.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var seconds)
        && seconds is > 0 and < 253_402_300_800
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;

    static JsonElement? Part(string text)
    {
        if (!Base64Url.IsValid(text))
            return null;
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(text), Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
