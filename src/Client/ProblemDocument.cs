using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hazina.Client;

/// <summary>A problem as it comes (RFC 9457).</summary>
public sealed record ProblemDocument
{
    /// <summary>What it is, for programs.</summary>
    [JsonPropertyName("code")]
    public required string Code { get; init; }

    /// <summary>The page of the code.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; init; }

    /// <summary>What is wrong, in words.</summary>
    [JsonPropertyName("detail")]
    public string? Detail { get; init; }

    /// <summary>The field, parameter or header that it is about.</summary>
    [JsonPropertyName("param")]
    public string? Param { get; init; }

    /// <summary>To be quoted when asking for help.</summary>
    [JsonPropertyName("request_id")]
    public string? RequestId { get; init; }

    /// <summary>Each field that is wrong.</summary>
    [JsonPropertyName("errors")]
    public IReadOnlyList<FieldError>? Errors { get; init; }

    /// <summary>Null where it is none, such as a proxy's page.</summary>
    internal static ProblemDocument? Read(string body)
    {
        try
        {
            return JsonSerializer.Deserialize<ProblemDocument>(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>One field that is wrong.</summary>
public sealed record FieldError
{
    /// <summary>Where it stands in the body (RFC 6901).</summary>
    [JsonPropertyName("pointer")]
    public required string Pointer { get; init; }

    /// <summary>What is wrong, for programs.</summary>
    [JsonPropertyName("code")]
    public required string Code { get; init; }

    /// <summary>What is wrong, in words.</summary>
    [JsonPropertyName("detail")]
    public required string Detail { get; init; }
}
