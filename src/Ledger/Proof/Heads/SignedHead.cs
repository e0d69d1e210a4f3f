using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Hazina.Ledger.Canonical;

namespace Hazina.Ledger.Proof.Heads;

/// <summary>
/// "This ledger's batch so-and-so has this hash", signed with a key that the database does not know. The hash stands for everything up to that
/// batch.
/// </summary>
public sealed record SignedHead
{
    public const int KnownFormat = 1;

    [JsonPropertyOrder(1)]
    public required int Format { get; init; }

    /// <summary>The hash of the ledger's genesis, by which ledgers are told apart; 64 hexadecimal digits, like every hash here.</summary>
    [JsonPropertyOrder(2)]
    public required string Ledger { get; init; }

    [JsonPropertyOrder(3)]
    public required long Batch { get; init; }

    [JsonPropertyOrder(4)]
    public required string Hash { get; init; }

    /// <summary>The journal's last row then.</summary>
    [JsonPropertyOrder(5)]
    public required long LastRow { get; init; }

    /// <summary>The journal's time of the batch; UTC, six digits of a second.</summary>
    [JsonPropertyOrder(6)]
    public required string RecordedAt { get; init; }

    /// <summary>The signer's time.</summary>
    [JsonPropertyOrder(7)]
    public required string SignedAt { get; init; }

    /// <summary>The first 16 hexadecimal digits of the SHA-256 of the public key (SubjectPublicKeyInfo).</summary>
    [JsonPropertyOrder(8)]
    public required string Key { get; init; }

    /// <summary>ECDSA over P-256 and SHA-256, r and s of 32 bytes each, in base64.</summary>
    [JsonPropertyOrder(9)]
    public string? Signature { get; init; }

    /// <summary>What is signed: the words "hazina ledger head", then every field in order, each text with its length before it.</summary>
    internal byte[] Signed()
    {
        var bytes = new byte[1024];
        var at = 0;
        RowBytes.Text(bytes, ref at, "hazina ledger head");
        RowBytes.Int(bytes, ref at, Format);
        RowBytes.Text(bytes, ref at, Ledger);
        RowBytes.Long(bytes, ref at, Batch);
        RowBytes.Text(bytes, ref at, Hash);
        RowBytes.Long(bytes, ref at, LastRow);
        RowBytes.Text(bytes, ref at, RecordedAt);
        RowBytes.Text(bytes, ref at, SignedAt);
        RowBytes.Text(bytes, ref at, Key);
        return bytes[..at];
    }

    /// <summary>Whether a key has signed this.</summary>
    internal bool IsSignedBy(ECDsa key) =>
        Format == KnownFormat
        && Signature is { Length: 88 } text
        && IsShort(Ledger)
        && IsShort(Hash)
        && IsShort(RecordedAt)
        && IsShort(SignedAt)
        && IsShort(Key)
        && Bytes(text) is { } signature
        && key.VerifyData(Signed(), signature, HashAlgorithmName.SHA256);

    static bool IsShort(string text) => text.Length <= 64;

    /// <summary>Null where the text is not how the bytes are written: several texts may stand for the same bytes.</summary>
    internal static byte[]? Bytes(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) && Convert.ToBase64String(bytes, 0, length) == base64
            ? bytes[..length]
            : null;
    }
}
