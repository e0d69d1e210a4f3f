using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Hazina.Identity.Tests.Passkeys;

/// <summary>A device that holds one passkey, and that lies in whatever way a test wants it to (WebAuthn level 3).</summary>
public sealed class SoftPasskey
{
    const byte Present = 0x01,
        Verified = 0x04,
        HoldsKey = 0x40;

    readonly ECParameters secret = NewKey();

    public byte[] Id { get; set; } = RandomNumberGenerator.GetBytes(16);

    public string Origin { get; set; } = "http://localhost:5080";

    public string Domain { get; set; } = "localhost";

    public bool IsCrossOrigin { get; set; }

    public bool IsVerified { get; set; } = true;

    public bool IsPresent { get; set; } = true;

    /// <summary>Of what is signed next.</summary>
    public uint Count { get; set; } = 1;

    /// <summary>In place of the one that was given.</summary>
    public string? Challenge { get; set; }

    /// <summary>In place of webauthn.create or webauthn.get.</summary>
    public string? Type { get; set; }

    /// <summary>Whose it is, as the server said when it was made.</summary>
    public string? Handle { get; set; }

    public bool SpoilsSignature { get; set; }

    /// <summary>What navigator.credentials.create() would give.</summary>
    public JsonObject Make(JsonNode options)
    {
        Handle = (string?)options["user"]!["id"];
        var cose = Key();
        byte[] data = [.. Head(Domain, HoldsKey), .. new byte[16], (byte)(Id.Length >> 8), (byte)Id.Length, .. Id, .. cose];
        // A map of three: fmt, attStmt, authData.
        byte[] attestation =
        [
            0xa3,
            .. Text("fmt"),
            .. Text("none"),
            .. Text("attStmt"),
            0xa0,
            .. Text("authData"),
            0x59,
            (byte)(data.Length >> 8),
            (byte)data.Length,
            .. data,
        ];
        Count++;
        return Credential(
            new JsonObject
            {
                ["clientDataJSON"] = Base64Url.EncodeToString(ClientData("webauthn.create", options)),
                ["attestationObject"] = Base64Url.EncodeToString(attestation),
                ["transports"] = new JsonArray("internal", "a transport that nobody knows"),
            }
        );
    }

    /// <summary>What navigator.credentials.get() would give.</summary>
    public JsonObject Show(JsonNode options)
    {
        var client = ClientData("webauthn.get", options);
        var data = Head(Domain, 0);
        Count++;
        using var key = ECDsa.Create(secret);
        var signature = key.SignData(
            [.. data, .. SHA256.HashData(client)],
            HashAlgorithmName.SHA256,
            DSASignatureFormat.Rfc3279DerSequence
        );
        if (SpoilsSignature)
            signature[^1] ^= 1;
        var response = new JsonObject
        {
            ["clientDataJSON"] = Base64Url.EncodeToString(client),
            ["authenticatorData"] = Base64Url.EncodeToString(data),
            ["signature"] = Base64Url.EncodeToString(signature),
        };
        if (Handle is not null)
            response["userHandle"] = Handle;
        return Credential(response);
    }

    JsonObject Credential(JsonObject response) =>
        new()
        {
            ["id"] = Base64Url.EncodeToString(Id),
            ["rawId"] = Base64Url.EncodeToString(Id),
            ["type"] = "public-key",
            ["authenticatorAttachment"] = "platform",
            ["response"] = response,
            ["clientExtensionResults"] = new JsonObject(),
        };

    byte[] ClientData(string type, JsonNode options) =>
        Encoding.UTF8.GetBytes(
            new JsonObject
            {
                ["type"] = Type ?? type,
                ["challenge"] = Challenge ?? (string?)options["challenge"],
                ["origin"] = Origin,
                ["crossOrigin"] = IsCrossOrigin,
            }.ToJsonString()
        );

    byte[] Head(string domain, byte flags)
    {
        var count = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(count, Count);
        flags |= (byte)((IsPresent ? Present : 0) | (IsVerified ? Verified : 0));
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(domain)), flags, .. count];
    }

    /// <summary>COSE: an EC2 key for ES256 on P-256.</summary>
    byte[] Key()
    {
        var point = secret.Q;
        return [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!];
    }

    static ECParameters NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportParameters(true);
    }

    static byte[] Text(string text) => [(byte)(0x60 + text.Length), .. Encoding.ASCII.GetBytes(text)];
}
