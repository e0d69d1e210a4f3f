using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hazina.Client;

/// <summary>
/// One of a few words, such as a status. A server may know more of them than this client: a word that is not among the names here comes
/// through as it is.
/// </summary>
public interface IWord<TSelf>
    where TSelf : struct, IWord<TSelf>
{
    /// <summary>As it is on the wire.</summary>
    string Value { get; }

    /// <summary>Any word, also one without a name here.</summary>
    static abstract TSelf Of(string value);
}

/// <summary>Words are strings on the wire.</summary>
public sealed class WordConverter<T> : JsonConverter<T>
    where T : struct, IWord<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.Of(reader.GetString() ?? throw new JsonException("A word is missing."));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
