using Microsoft.Extensions.Configuration;

namespace Hazina.Ledger.Proof;

/// <summary>Where this server keeps its proof.</summary>
sealed class ProofPlaces(IConfiguration settings)
{
    /// <summary>Null where the settings name no place: then nothing is signed.</summary>
    public ProofFiles? Files { get; } = ProofFiles.From(settings);
}
