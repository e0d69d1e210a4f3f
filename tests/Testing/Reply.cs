using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Hazina.Testing;

/// <summary>An answer of the API.</summary>
public sealed record Reply(HttpStatusCode Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string? Code => (string?)Json["code"];

    public string? Param => (string?)Json["param"];

    public bool IsReplayed => Headers.ContainsKey("Idempotent-Replayed");

    public static async Task<Reply> Of(HttpResponseMessage response) =>
        new(
            response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response
                .Headers.Concat(response.Content.Headers)
                .ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase)
        );

    /// <summary>The body, of an answer with this status.</summary>
    public JsonNode Is(HttpStatusCode status)
    {
        Assert.True(Status == status, $"{(int)status} was expected, but it is {(int)Status}: {Text}");
        return Json;
    }

    /// <summary>A problem with this code, about this field where one is given.</summary>
    public JsonNode IsProblem(int status, string code, string? param = null)
    {
        var problem = Is((HttpStatusCode)status);
        Assert.Equal("application/problem+json", Headers["Content-Type"]);
        Assert.Equal(code, Code);
        if (param is not null)
            Assert.Equal(param, Param);
        return problem;
    }
}
