using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Hazina.Ledger.Proof;

/// <summary>Where a server keeps its proof: as the settings say, otherwise in the data folder (the setting <c>data</c>).</summary>
sealed class ProofPlaces(IOptions<LedgerOptions> options, IConfiguration settings)
{
    /// <summary>Null where the settings name neither: then nothing is signed.</summary>
    public ProofFiles? Files { get; } = Of(options.Value.Proof, settings["data"]);

    static ProofFiles? Of(ProofOptions options, string? data)
    {
        var inData = string.IsNullOrEmpty(data) ? null : ProofFiles.In(Path.GetFullPath(data));
        var key = options.KeyFile ?? inData?.KeyFile;
        var witness = options.WitnessFile ?? inData?.WitnessFile;
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
}
