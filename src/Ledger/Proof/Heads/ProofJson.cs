using System.Text.Json;
using System.Text.Json.Serialization;
using Hazina.Platform.Canonical;

namespace Hazina.Ledger.Proof.Heads;

/// <summary>The JSON of signed heads and receipts. A format of its own, because documents that were given out must be readable for ever.</summary>
static class ProofJson
{
    public static JsonSerializerOptions Options { get; } =
        new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            NumberHandling = JsonNumberHandling.Strict,
            Encoder = CanonicalEncoder.Instance,
        };

    public static JsonSerializerOptions Indented { get; } = new(Options) { WriteIndented = true, NewLine = "\n" };
}
