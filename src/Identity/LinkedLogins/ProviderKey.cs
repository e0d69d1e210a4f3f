using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Hazina.Identity.LinkedLogins;

/// <summary>A key with which a provider signs (RFC 7517): RSA of 2048 bits or more for RS256, P-256 for ES256.</summary>
sealed class ProviderKey
{
    const int LeastBits = 2048,
        MostBits = 8192,
        PointBytes = 32;

    readonly RSAParameters rsa;
    readonly ECParameters ec;

    ProviderKey(string? kid, string alg, RSAParameters rsa, ECParameters ec) => (Kid, Alg, this.rsa, this.ec) = (kid, alg, rsa, ec);

    public string? Kid { get; }

    /// <summary>The one algorithm that it is used with, whatever a token says.</summary>
    public string Alg { get; }

    /// <summary>Those of a set that can be used; others are passed over, since a provider may have keys for other things.</summary>
    public static IReadOnlyList<ProviderKey> Read(JsonElement set) =>
        set.ValueKind == JsonValueKind.Object && set.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array
            ? [.. keys.EnumerateArray().Select(Of).OfType<ProviderKey>()]
            : [];

    public bool Verifies(byte[] signed, byte[] signature)
    {
        try
        {
            if (Alg == "RS256")
            {
                using var key = RSA.Create(rsa);
                return key.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            }

            using var curve = ECDsa.Create(ec);
            return curve.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false; // no key at all, such as a point that is not on the curve
        }
    }

    static ProviderKey? Of(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object || (Text(key, "use") ?? "sig") != "sig")
            return null;
        var (kid, alg) = (Text(key, "kid"), Text(key, "alg"));
        return (Text(key, "kty"), alg ?? "") switch
        {
            ("RSA", "RS256" or "")
                when Bytes(key, "n") is { } n && Bytes(key, "e") is { } e && n.Length * 8 is >= LeastBits and <= MostBits && n[0] != 0 =>
                new(kid, "RS256", new RSAParameters { Modulus = n, Exponent = e }, default),
            ("EC", "ES256" or "")
                when Text(key, "crv") == "P-256"
                    && Bytes(key, "x") is { Length: PointBytes } x
                    && Bytes(key, "y") is { Length: PointBytes } y => new(
                kid,
                "ES256",
                default,
                new ECParameters
                {
                    Curve = ECCurve.NamedCurves.nistP256,
                    Q = new ECPoint { X = x, Y = y },
                }
            ),
            _ => null,
        };
    }

    static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static byte[]? Bytes(JsonElement element, string name) =>
        Text(element, name) is { Length: > 0 } text && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
}
