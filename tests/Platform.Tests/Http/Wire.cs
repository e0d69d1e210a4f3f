using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Hazina.Platform.Tests.Http;

/// <summary>Requests and answers as they go over the wire.</summary>
static class Wire
{
    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    public static async Task<JsonElement> Body(this HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    /// <summary>Checks that an answer is a problem of a code, with all that each has to have, and gives it back.</summary>
    public static async Task<JsonElement> Problem(this HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{response.StatusCode}: {text}");
        Assert.Equal(new MediaTypeHeaderValue("application/problem+json"), response.Content.Headers.ContentType);
        var problem = await response.Body();
        Assert.Equal(code, problem.Text("code"));
        Assert.Equal("/docs/refusals/" + code, problem.Text("type"));
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.Equal(response.Headers.GetValues("Request-Id").Single(), problem.Text("request_id"));
        Assert.NotEmpty(problem.Text("title"));
        Assert.NotEmpty(problem.Text("detail"));
        Assert.StartsWith("/", problem.Text("instance"), StringComparison.Ordinal);
        Assert.DoesNotContain("Hazina.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
        return problem;
    }

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    /// <summary>The errors as <c>pointer code</c>, in order.</summary>
    public static IReadOnlyList<string> Errors(this JsonElement problem) =>
        [.. problem.GetProperty("errors").EnumerateArray().Select(e => $"{e.Text("pointer")} {e.Text("code")}")];
}
