using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazina.Identity.LinkedLogins;

namespace Hazina.Identity.Tests.LinkedLogins;

/// <summary>Each way in which a token can be wrong, one at a time.</summary>
public sealed class IdTokenTests
{
    const string Issuer = "https://id.example.com",
        Client = "hazina",
        Nonce = "a nonce";

    static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    static readonly RSA Rsa = RSA.Create(2048);
    static readonly ECDsa Ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Theory]
    [InlineData("RS256")]
    [InlineData("ES256")]
    public void A_token_as_it_should_be_tells_whose_it_is(string alg)
    {
        Assert.Null(Fault(Signed(Header(alg), Claims())));
        var person = IdToken.Read(Signed(Header(alg), Claims()))!.Person();
        Assert.Equal((Issuer, "s1", "asha@example.com", true), (person.Issuer, person.Subject, person.Email, person.IsEmailVerified));
    }

    [Theory]
    [InlineData("aud", "[\"hazina\"]")]
    [InlineData("aud", "[\"other\", \"hazina\"]", "azp", "\"hazina\"")]
    [InlineData("azp", "\"hazina\"")]
    [InlineData("exp", "1772355541")] // a minute less a second ago
    [InlineData("iat", "1772355659")]
    [InlineData("nbf", "1772355600")]
    [InlineData("exp", "1772355900.5")]
    public void What_the_specification_allows_is_taken(string name, string value, string? other = null, string? otherValue = null) =>
        Assert.Null(Fault(Signed(Header("RS256"), With(name, value, other, otherValue))));

    [Theory]
    [InlineData("iss", "\"https://id.example.com/\"", "another issuer")]
    [InlineData("iss", "null", "another issuer")]
    [InlineData("aud", "\"other\"", "another client")]
    [InlineData("aud", "[]", "another client")]
    [InlineData("aud", "[\"hazina\", \"other\"]", "asked for by another")]
    [InlineData("aud", "{}", "another client")]
    [InlineData("azp", "\"other\"", "asked for by another")]
    [InlineData("azp", "1", "asked for by another")]
    [InlineData("exp", "1772355540", "expired")]
    [InlineData("exp", "\"1772355900\"", "expired")]
    [InlineData("exp", "-1", "expired")]
    [InlineData("exp", "1e400", "expired")]
    [InlineData("iat", "1772355661", "not issued just now")]
    [InlineData("iat", "1772354999", "not issued just now")]
    [InlineData("nbf", "1772355661", "not valid yet")]
    [InlineData("nbf", "\"now\"", "not valid yet")]
    [InlineData("nonce", "\"another nonce\"", "another sign-in")]
    [InlineData("nonce", "null", "another sign-in")]
    [InlineData("sub", "\"\"", "names nobody")]
    [InlineData("sub", "7", "names nobody")]
    [InlineData("sub", "\"a\\u0000b\"", "names nobody")]
    public void A_claim_that_is_wrong_is_found(string name, string value, string fault) =>
        Assert.Contains(fault, Fault(Signed(Header("RS256"), With(name, value))), StringComparison.Ordinal);

    [Theory]
    [InlineData("iss")]
    [InlineData("aud")]
    [InlineData("exp")]
    [InlineData("iat")]
    [InlineData("nonce")]
    [InlineData("sub")]
    public void A_claim_that_is_missing_is_missed(string name)
    {
        var claims = Claims();
        claims.Remove(name);
        Assert.NotNull(Fault(Signed(Header("ES256"), claims)));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("HS256")]
    [InlineData("RS1")]
    [InlineData("PS256")]
    [InlineData("ES384")]
    [InlineData("")]
    public void What_is_not_signed_by_a_key_of_the_provider_is_no_token(string alg)
    {
        Assert.Null(IdToken.Read(Signed(Header(alg), Claims())));
        Assert.Null(IdToken.Read($"{Part(Header(alg))}.{Part(Claims())}."));
        // The public key as a secret that is shared.
        var signed = $"{Part(Header("HS256"))}.{Part(Claims())}";
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Rsa.ExportSubjectPublicKeyInfoPem()), Encoding.ASCII.GetBytes(signed));
        Assert.Null(IdToken.Read($"{signed}.{Base64Url.EncodeToString(mac)}"));
    }

    [Fact]
    public void A_signature_holds_for_its_words_its_key_and_its_algorithm()
    {
        var token = Signed(Header("RS256"), Claims());
        var parts = token.Split('.');
        Assert.Contains("signature", Fault($"{parts[0]}.{Part(With("sub", "\"s2\""))}.{parts[2]}"), StringComparison.Ordinal);
        Assert.Contains("signature", Fault($"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(new byte[256])}"), StringComparison.Ordinal);
        Assert.Contains("signature", Fault($"{parts[0]}.{parts[1]}."), StringComparison.Ordinal);
        using var another = RSA.Create(2048);
        Assert.Contains("signature", Fault(token, Key(another.ExportParameters(false))), StringComparison.Ordinal);
        Assert.Contains("signature", Fault(token, Keys()[1]), StringComparison.Ordinal);
        // ECDSA's zeros, and its other form.
        Assert.Contains("signature", Fault(Signed(Header("ES256"), Claims(), new byte[64])), StringComparison.Ordinal);
        var der = Ec.SignData("x"u8.ToArray(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        Assert.Contains("signature", Fault(Signed(Header("ES256"), Claims(), der)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("a.b.c.d")]
    [InlineData("e30.e30.")]
    [InlineData("!.!.!")]
    [InlineData("W10.W10.AAAA")]
    [InlineData("eyJhbGciOiJSUzI1NiIsImFsZyI6Im5vbmUifQ.e30.AAAA")] // two algorithms
    [InlineData("eyJhbGciOiJSUzI1NiIsImNyaXQiOlsieCJdfQ.e30.AAAA")] // something critical
    public void What_is_no_token_is_none(string text) => Assert.Null(IdToken.Read(text));

    [Fact]
    public void A_key_is_found_by_its_name_and_without_one_only_where_it_can_be_no_other()
    {
        var keys = Keys();
        Assert.Same(keys[0], IdToken.Read(Signed(Header("RS256"), Claims()))!.KeyAmong(keys));
        var header = Header("RS256");
        header["kid"] = "unknown";
        Assert.Null(IdToken.Read(Signed(header, Claims()))!.KeyAmong(keys));
        header["kid"] = "ec";
        Assert.Null(IdToken.Read(Signed(header, Claims()))!.KeyAmong(keys));
        header.Remove("kid");
        Assert.Same(keys[0], IdToken.Read(Signed(header, Claims()))!.KeyAmong(keys));
        Assert.Null(IdToken.Read(Signed(header, Claims()))!.KeyAmong([.. keys, keys[0]]));
    }

    [Fact]
    public void Keys_that_are_weak_or_for_something_else_are_passed_over()
    {
        using var weak = RSA.Create(1024);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var weakKey = Jwk(weak.ExportParameters(false), "weak");
        var forEncryption = Jwk(Rsa.ExportParameters(false), "enc");
        forEncryption["use"] = "enc";
        var forAnother = Jwk(Rsa.ExportParameters(false), "ps");
        forAnother["alg"] = "PS256";
        var secret = new JsonObject
        {
            ["kty"] = "oct",
            ["k"] = "AAAA",
            ["alg"] = "HS256",
        };
        var otherCurve = Jwk(curve.ExportParameters(false), "p384");
        otherCurve["crv"] = "P-384";
        var set = new JsonObject { ["keys"] = new JsonArray(weakKey, forEncryption, forAnother, secret, otherCurve, 7, new JsonObject()) };
        Assert.Empty(ProviderKey.Read(JsonSerializer.SerializeToElement(set)));
        Assert.Empty(ProviderKey.Read(JsonSerializer.SerializeToElement(new JsonObject { ["keys"] = "none" })));
        // A point that is not on the curve verifies nothing.
        var off = Jwk(Ec.ExportParameters(false), "off");
        off["y"] = Base64Url.EncodeToString(new byte[32]);
        var key = ProviderKey.Read(JsonSerializer.SerializeToElement(new JsonObject { ["keys"] = new JsonArray(off) })).Single();
        Assert.False(key.Verifies([1], new byte[64]));
    }

    static string? Fault(string token, ProviderKey? key = null)
    {
        var read = IdToken.Read(token)!;
        return read.Fault(key ?? read.KeyAmong(Keys())!, new IdTokenWanted(Issuer, Client, Nonce, Now));
    }

    static JsonObject Header(string alg) => new() { ["alg"] = alg, ["kid"] = alg == "ES256" ? "ec" : "rsa" };

    static JsonObject Claims() =>
        new()
        {
            ["iss"] = Issuer,
            ["sub"] = "s1",
            ["aud"] = Client,
            ["exp"] = Now.ToUnixTimeSeconds() + 300,
            ["iat"] = Now.ToUnixTimeSeconds(),
            ["nonce"] = Nonce,
            ["email"] = "asha@example.com",
            ["email_verified"] = true,
        };

    static JsonObject With(string name, string value, string? other = null, string? otherValue = null)
    {
        var claims = Claims();
        claims[name] = JsonNode.Parse(value);
        if (other is not null)
            claims[other] = JsonNode.Parse(otherValue!);
        return claims;
    }

    static string Signed(JsonObject header, JsonObject claims, byte[]? signature = null)
    {
        var signed = $"{Part(header)}.{Part(claims)}";
        var bytes = Encoding.ASCII.GetBytes(signed);
        signature ??=
            (string?)header["alg"] == "ES256"
                ? Ec.SignData(bytes, HashAlgorithmName.SHA256)
                : Rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    static string Part(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));

    static IReadOnlyList<ProviderKey> Keys() => [Key(Rsa.ExportParameters(false)), Key(Ec.ExportParameters(false))];

    static ProviderKey Key(RSAParameters rsa) => Only(Jwk(rsa, "rsa"));

    static ProviderKey Key(ECParameters ec) => Only(Jwk(ec, "ec"));

    static ProviderKey Only(JsonObject key) =>
        ProviderKey.Read(JsonSerializer.SerializeToElement(new JsonObject { ["keys"] = new JsonArray(key) })).Single();

    static JsonObject Jwk(RSAParameters rsa, string kid) =>
        new()
        {
            ["kty"] = "RSA",
            ["kid"] = kid,
            ["n"] = Base64Url.EncodeToString(rsa.Modulus),
            ["e"] = Base64Url.EncodeToString(rsa.Exponent),
        };

    static JsonObject Jwk(ECParameters ec, string kid) =>
        new()
        {
            ["kty"] = "EC",
            ["kid"] = kid,
            ["crv"] = "P-256",
            ["x"] = Base64Url.EncodeToString(ec.Q.X),
            ["y"] = Base64Url.EncodeToString(ec.Q.Y),
        };
}
