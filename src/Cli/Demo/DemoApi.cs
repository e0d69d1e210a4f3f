using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hazina.Cli.Demo;

/// <summary>The public API as a customer's program calls it; the demo has no other way in.</summary>
sealed class DemoApi(HttpClient http)
{
    /// <summary>Where paths begin that say no root of their own.</summary>
    public const string Root = "/v1/ledger";

    public async Task<DemoAnswer> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken ct)
    {
        var whole = path.StartsWith("/v1/", StringComparison.Ordinal) ? path : Root + path;
        using var request = new HttpRequestMessage(method, whole);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        if (path.StartsWith("/v1/", StringComparison.Ordinal) && method == HttpMethod.Post)
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());

        using var response = await http.SendAsync(request, ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        using var document = JsonDocument.Parse(text.Length == 0 ? "{}" : text);
        var replayed = response.Headers.TryGetValues("Idempotent-Replayed", out var values) && values.Contains("true");
        return new DemoAnswer($"{method} {whole}", (int)response.StatusCode, document.RootElement.Clone(), replayed);
    }

    /// <summary>Posts something that has to succeed, or the demo has nothing to tell.</summary>
    public async Task<DemoAnswer> PostAsync(string path, JsonObject body, CancellationToken ct)
    {
        var answer = await SendAsync(HttpMethod.Post, path, body, ct);
        return answer.IsSuccess ? answer : throw Unexpected(answer);
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken ct)
    {
        var answer = await SendAsync(HttpMethod.Get, path, body: null, ct);
        return answer.IsSuccess ? answer.Body : throw Unexpected(answer);
    }

    /// <summary>Hands in a table, which has to succeed.</summary>
    public async Task<JsonElement> UploadAsync(string path, string csv, CancellationToken ct)
    {
        using var content = new StringContent(csv, System.Text.Encoding.UTF8, "text/csv");
        using var response = await http.PostAsync(path, content, ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        using var document = JsonDocument.Parse(text.Length == 0 ? "{}" : text);
        var answer = new DemoAnswer($"POST {path}", (int)response.StatusCode, document.RootElement.Clone(), Replayed: false);
        return answer.IsSuccess ? answer.Body : throw Unexpected(answer);
    }

    /// <summary>A file, as text.</summary>
    public async Task<string> FileAsync(string path, CancellationToken ct) => await http.GetStringAsync(path, ct);

    public static CommandFailedException Unexpected(DemoAnswer answer) =>
        new($"The demo did not expect this answer to {answer.Request}: {answer.Status} {answer.Body.GetRawText()}");

    public static JsonObject Amount(decimal value) => new() { ["amount"] = $"{value:0.00}", ["currency"] = DemoDay.Currency };
}

/// <summary>What the API answered.</summary>
/// <param name="Request">Method and path.</param>
sealed record DemoAnswer(string Request, int Status, JsonElement Body, bool Replayed)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    public string? Code => Body.TryGetProperty("code", out var code) ? code.GetString() : null;

    /// <summary>The field that a problem names.</summary>
    public string? Pointer =>
        Body.TryGetProperty("errors", out var errors) && errors.GetArrayLength() > 0 && errors[0].TryGetProperty("pointer", out var pointer)
            ? pointer.GetString()
        : Body.TryGetProperty("param", out var param) ? param.GetString()
        : null;
}
