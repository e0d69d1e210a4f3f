using System.Security.Cryptography;
using Hazina.Ledger.Proof.Heads;
using Microsoft.Extensions.Configuration;

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
    public static ProofFiles In(string dataFolder) =>
        new()
        {
            KeyFile = Path.Combine(dataFolder, "keys", "ledger-head.pem"),
            WitnessFile = Path.Combine(dataFolder, "witness", "heads.jsonl"),
            VerifiedFile = Path.Combine(dataFolder, "witness", "verified.json"),
        };

    /// <summary>
    /// The places that the settings name: <c>Ledger:Proof:KeyFile</c> and <c>Ledger:Proof:WitnessFile</c>, otherwise those in the data folder (<c>data</c>).
    /// Null where they name neither. The key (ECDSA over P-256, PEM) is made where it is missing; the witness file gets a signed head a line, and
    /// is best on another disk, or where it can only be appended to.
    /// </summary>
    public static ProofFiles? From(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var inData = Given(settings, "data") is { } data ? In(Path.GetFullPath(data)) : null;
        var key = Given(settings, "Ledger:Proof:KeyFile") ?? inData?.KeyFile;
        var witness = Given(settings, "Ledger:Proof:WitnessFile") ?? inData?.WitnessFile;
        if (key is null || witness is null)
            return null;
        var folder = Path.GetDirectoryName(Path.GetFullPath(witness))!;
        return new ProofFiles
        {
            KeyFile = Path.GetFullPath(key),
            WitnessFile = Path.GetFullPath(witness),
            VerifiedFile = inData?.VerifiedFile ?? Path.Combine(folder, "verified.json"),
        };
    }

    static string? Given(IConfiguration settings, string key) => settings[key] is { Length: > 0 } value ? value : null;

    /// <summary>The public keys at hand, by id.</summary>
    internal Dictionary<string, ECDsa> Keys()
    {
        var keys = new Dictionary<string, ECDsa>();
        var folder = Path.GetDirectoryName(Path.GetFullPath(KeyFile))!;
        List<string> files = Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.public.pem").Order(StringComparer.Ordinal)]
            : [];
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
