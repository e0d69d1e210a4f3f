using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hazina.Platform.Http;

/// <summary>
/// How JSON is read and written everywhere: snake_case, and strict, because a field that is passed over in silence is a field whose
/// author believes that it counts.
/// </summary>
public static class JsonSettings
{
    /// <summary>For what is read and written outside of a request (streams, files), the same as within.</summary>
    public static JsonSerializerOptions Options { get; } = Frozen();

    internal static void Apply(JsonSerializerOptions json)
    {
        json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        json.DictionaryKeyPolicy = null;
        json.PropertyNameCaseInsensitive = false;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.AllowDuplicateProperties = false;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        json.MaxDepth = 32;
        // Names and descriptions in any script stay readable; problem details are never put into a page unescaped.
        json.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        json.Converters.Add(new SnakeCaseEnums());
        json.Converters.Add(new Rfc3339Times());
    }

    static JsonSerializerOptions Frozen()
    {
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(json);
        json.MakeReadOnly(populateMissingResolver: true);
        return json;
    }
}

/// <summary>A value that cannot be read, said in words meant for the caller.</summary>
public sealed class WireException : JsonException
{
    public WireException() { }

    public WireException(string message)
        : base(message) { }

    public WireException(string message, Exception innerException)
        : base(message, innerException) { }

    public WireException(string code, string message)
        : base(message) => Code = code;

    public string Code { get; } = "wrong_type";
}
