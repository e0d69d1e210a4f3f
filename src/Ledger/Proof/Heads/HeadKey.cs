using System.Security.Cryptography;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Platform.Security;

namespace Hazina.Ledger.Proof.Heads;

/// <summary>The key that heads are signed with: ECDSA over P-256, in a file that only its owner may read, never in the database.</summary>
sealed class HeadKey : IDisposable
{
    readonly ECDsa ecdsa;
    readonly Lock gate = new();

    HeadKey(ECDsa ecdsa)
    {
        this.ecdsa = ecdsa;
        Id = IdOf(ecdsa);
        PublicPem = ecdsa.ExportSubjectPublicKeyInfoPem() + "\n";
    }

    public string Id { get; }

    /// <summary>What everybody may have, to check with.</summary>
    public string PublicPem { get; }

    public static string IdOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16];

    /// <summary>The public file beside a key's own.</summary>
    public static string PublicFileOf(string file) => Path.ChangeExtension(file, ".public.pem");

    /// <summary>The key of a file, which is made where it is missing, together with its public one beside it.</summary>
    /// <exception cref="InvalidOperationException">The file holds no such key.</exception>
    public static HeadKey LoadOrCreate(string file)
    {
        if (!File.Exists(file))
        {
            using var fresh = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            SecretFile.WriteOnce(file, fresh.ExportPkcs8PrivateKeyPem() + "\n", SecretFile.OwnerOnly);
        }

        var key = Load(file);
        if (!File.Exists(PublicFileOf(file)))
            SecretFile.WriteOnce(PublicFileOf(file), key.PublicPem, SecretFile.OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return key;
    }

    /// <exception cref="InvalidOperationException">The file holds no such key.</exception>
    public static HeadKey Load(string file)
    {
        var key = Read(file);
        try
        {
            key.ExportPkcs8PrivateKey();
        }
        catch (CryptographicException e)
        {
            key.Dispose();
            throw new InvalidOperationException($"{file} holds a public key only; heads are signed with the private one.", e);
        }

        return new HeadKey(key);
    }

    /// <summary>A key, public or private, to check with.</summary>
    /// <exception cref="InvalidOperationException">The file holds no such key.</exception>
    public static ECDsa Read(string file) => FromPem(File.ReadAllText(file), file);

    /// <exception cref="InvalidOperationException">The text holds no such key.</exception>
    public static ECDsa FromPem(string pem, string name)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return key.KeySize == 256 ? key : throw new CryptographicException("another curve");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            key.Dispose();
            throw new InvalidOperationException($"{name} holds no key of the curve P-256 in PEM.", e);
        }
    }

    /// <summary>Signs what a batch's hash is.</summary>
    /// <param name="ledger">The genesis' hash.</param>
    /// <param name="head">The batch.</param>
    /// <param name="now">The signer's time.</param>
    public SignedHead Sign(byte[] ledger, BatchHead head, DateTimeOffset now)
    {
        var unsigned = new SignedHead
        {
            Format = SignedHead.KnownFormat,
            Ledger = Convert.ToHexStringLower(ledger),
            Batch = head.Number,
            Hash = Convert.ToHexStringLower(head.Hash),
            LastRow = head.LastRow,
            RecordedAt = PostingJson.Time(head.RecordedAt),
            SignedAt = PostingJson.Time(now),
            Key = Id,
        };
        return unsigned with { Signature = Sign(unsigned.Signed()) };
    }

    /// <summary>Thread-safe.</summary>
    public string Sign(byte[] bytes)
    {
        lock (gate)
            return Convert.ToBase64String(ecdsa.SignData(bytes, HashAlgorithmName.SHA256));
    }

    public void Dispose() => ecdsa.Dispose();
}
