using System.Text.Json;
using System.Text.Json.Serialization;
using Hazina.Platform.Http;

namespace Hazina.Ledger.Http;

/// <summary>A limit in a change. A null is refused: to some it would mean "stay", to others "take it away".</summary>
sealed class LimitText : JsonConverter<string>
{
    public override bool HandleNull => true;

    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? reader.GetString()!
            : throw new WireException("wrong_type", $"must be a string: decimal digits, or {Fields.None}; leave it out to keep it");

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
