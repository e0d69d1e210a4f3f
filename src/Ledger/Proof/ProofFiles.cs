using System.Security.Cryptography;
using Hazina.Ledger.Proof.Heads;

namespace Hazina.Ledger.Proof;

/// <summary>Where proof is kept outside of the database.</summary>
public sealed record ProofFiles
{
    /// <summary>The key that heads are signed with, in PEM. The public ones beside it (<c>*.public.pem</c>) are trusted too: retired keys stay there.</summary>
    public required string KeyFile { get; init; }

    /// <summary>Signed heads, one a line.</summary>
    public required string WitnessFile { get; init; }

    /// <summary>What the last verification found.</summary>
    public required string VerifiedFile { get; init; }

    /// <summary>The places in a data folder.</summary>
    public static ProofFiles In(string dataFolder) => new()
    {
        KeyFile = Path.Combine(dataFolder, "keys", "ledger-head.pem"),
        WitnessFile = Path.Combine(dataFolder, "witness", "heads.jsonl"),
        VerifiedFile = Path.Combine(dataFolder, "witness", "verified.json"),
    };

    /// <summary>The public keys at hand, by id.</summary>
    internal Dictionary<string, ECDsa> Keys()
    {
        var keys = new Dictionary<string, ECDsa>();
        var folder = Path.GetDirectoryName(Path.GetFullPath(KeyFile))!;
        List<string> files = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.public.pem").Order(StringComparer.Ordinal)] : [];
        if (File.Exists(KeyFile))
            files.Add(KeyFile);
        foreach (var file in files)
        {
            try
            {
                var key = HeadKey.Read(file);
                keys[HeadKey.IdOf(key)] = key;
            }
            catch (UnauthorizedAccessException)
            {
                // The private key is not everybody's; the public one beside it is.
            }
        }

        return keys;
    }
}
