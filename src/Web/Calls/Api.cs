using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hazina.Web.Calls;

/// <summary>The public API, called for one visitor. A refusal is a value; what keeps a page from being made at all is an <see cref="ApiFault"/>.</summary>
public sealed class Api(HttpClient http, Func<HttpRequestMessage, HttpRequestMessage> prepare, CancellationToken stop)
{
    /// <summary>As the API spells it.</summary>
    public static JsonSerializerOptions Json { get; } =
        new(JsonSerializerDefaults.Web)
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        };

    /// <summary>What a page cannot do without.</summary>
    /// <exception cref="ApiFault">It was refused, or the API cannot be reached.</exception>
    public async Task<T> Get<T>(string path) => (await Send<T>(HttpMethod.Get, path)).Needed();

    /// <param name="key">The idempotency key, where money is moved.</param>
    public Task<Outcome<T>> Post<T>(string path, object? body = null, string? key = null) =>
        Send<T>(HttpMethod.Post, path, body ?? new object(), key);

    public Task<Outcome<T>> Patch<T>(string path, object body) => Send<T>(HttpMethod.Patch, path, body);

    public Task<Outcome<T>> Delete<T>(string path) => Send<T>(HttpMethod.Delete, path);

    /// <exception cref="ApiFault">The API cannot be reached, or answers that it has failed.</exception>
    public async Task<Outcome<T>> Send<T>(HttpMethod method, string path, object? body = null, string? key = null)
    {
        using var response = await Open(method, path, body, key);
        if (!response.IsSuccessStatusCode)
            return Outcome<T>.No(await ProblemOf(response));
        var isEmpty = response.StatusCode == HttpStatusCode.NoContent || response.Content.Headers.ContentLength == 0;
        return Outcome<T>.Yes(isEmpty ? default! : (await response.Content.ReadFromJsonAsync<T>(Json, stop))!, response.StatusCode);
    }

    /// <summary>An answer that is passed on as it comes, such as a file. The caller disposes it.</summary>
    public async Task<HttpResponseMessage> Open(HttpMethod method, string path, object? body = null, string? key = null)
    {
        using var request = prepare(new HttpRequestMessage(method, path));
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType(), MediaTypeHeaderValue.Parse("application/json"), Json);
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        }
        catch (HttpRequestException e)
        {
            throw new ApiFault(Problem.Unreachable, e);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new ApiFault(Problem.Unreachable, e);
        }
    }

    /// <exception cref="ApiFault">It is no refusal, but a fault.</exception>
    public async Task<Problem> ProblemOf(HttpResponseMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        Problem? told = null;
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
            told = await response.Content.ReadFromJsonAsync<Problem>(Json, stop);
        var problem = told ?? new Problem { Status = (int)response.StatusCode };
        problem = problem with { RetryAfter = response.Headers.RetryAfter?.Delta };
        // 501 and 424 say something about the matter itself; the others that the API could not do its work.
        return problem.Status is 500 or 502 or 503 or 504 or 429 || problem.Code == Problem.SignedOut
            ? throw new ApiFault(problem)
            : problem;
    }
}

/// <summary>What came of a call: a value, or the reason why not.</summary>
public sealed record Outcome<T>(T Value, Problem? Problem, HttpStatusCode Status)
{
    internal static Outcome<T> Yes(T value, HttpStatusCode status) => new(value, null, status);

    internal static Outcome<T> No(Problem problem) => new(default!, problem, (HttpStatusCode)problem.Status);

    /// <exception cref="ApiFault">There is a reason why not.</exception>
    public T Needed() => Problem is null ? Value : throw new ApiFault(Problem);
}
