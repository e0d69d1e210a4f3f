using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hazina.Client;

/// <summary>
/// Hazina's API: a method for each call, which fails with a <see cref="HazinaException"/>. Safe to use by many at once. Each call of the API
/// is tried again after a refusal for haste (429); while it is not known what became of it, only where it cannot happen twice.
/// </summary>
public sealed partial class HazinaClient : IDisposable
{
    internal static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);

    readonly HazinaClientOptions options;
    readonly HttpClient http;
    readonly bool ownsHttp;

    /// <param name="address">Where the server is, for example http://localhost:5080.</param>
    /// <param name="token">An API key, or the token of a session.</param>
    public HazinaClient(Uri address, string? token = null)
        : this(new HazinaClientOptions { Address = address, Token = token }) { }

    /// <param name="options">Where, who and how patiently.</param>
    /// <param name="http">The connections to use; it remains the caller's. Without it the client has its own.</param>
    public HazinaClient(HazinaClientOptions options, HttpClient? http = null)
    {
        this.options = options;
        ownsHttp = http is null;
        // The time is kept here, over all attempts. Connections end at times, so that a name that moved is followed.
        this.http =
            http
            ?? new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
            {
                Timeout = System.Threading.Timeout.InfiniteTimeSpan,
            };
    }

    HazinaClient(HazinaClient root, HazinaClientOptions options) => (http, this.options) = (root.http, options);

    /// <summary>The same connections for another caller; costs nothing, and needs no disposing.</summary>
    public HazinaClient WithToken(string? token) => new(this, options with { Token = token });

    /// <summary>The same connections with one more header on each call; costs nothing, and needs no disposing.</summary>
    public HazinaClient WithHeader(string name, string value) =>
        new(
            this,
            options with
            {
                Headers = new Dictionary<string, string>(options.Headers, StringComparer.OrdinalIgnoreCase) { [name] = value },
            }
        );

    /// <summary>The same connections for somebody who may go away, such as a request that is answered with them: all calls end with this token.</summary>
    public HazinaClient WithCancellation(CancellationToken cancellationToken) => new(this, options with { Stop = cancellationToken });

    /// <summary>Closes its connections, where they are its own.</summary>
    public void Dispose()
    {
        if (ownsHttp)
            http.Dispose();
    }

    async Task SendAsync(Call call, CancellationToken stop)
    {
        using var answer = await AnswerAsync(call, HttpCompletionOption.ResponseContentRead, stop).ConfigureAwait(false);
    }

    async Task<T> SendAsync<T>(Call call, CancellationToken stop)
    {
        using var answer = await AnswerAsync(call, HttpCompletionOption.ResponseContentRead, stop).ConfigureAwait(false);
        return await ReadAsync<T>(answer, call, stop).ConfigureAwait(false);
    }

    async Task<Outcome<TDone, TPending>> SendForEitherAsync<TDone, TPending>(Call call, CancellationToken stop)
        where TDone : class
        where TPending : class
    {
        using var answer = await AnswerAsync(call, HttpCompletionOption.ResponseContentRead, stop).ConfigureAwait(false);
        return answer.StatusCode == HttpStatusCode.Accepted
            ? new(null, await ReadAsync<TPending>(answer, call, stop).ConfigureAwait(false))
            : new(await ReadAsync<TDone>(answer, call, stop).ConfigureAwait(false), null);
    }

    async Task<HazinaFile> SendForFileAsync(Call call, CancellationToken stop)
    {
        var answer = await AnswerAsync(call, HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
        return new HazinaFile(answer, await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false));
    }

    static async Task<T> ReadAsync<T>(HttpResponseMessage answer, Call call, CancellationToken stop)
    {
        using var body = await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(body, Json, stop).ConfigureAwait(false)
                ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException e)
        {
            throw HazinaException.Strange(answer.StatusCode, e, call.IdempotencyKey);
        }
    }

    async Task<HttpResponseMessage> AnswerAsync(Call call, HttpCompletionOption until, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(options.Timeout, options.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, options.Stop, late.Token);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var (answer, failure) = await TryAsync(call, until, both.Token).ConfigureAwait(false);
                if (answer is not null)
                    return answer;
                if (attempt >= options.Attempts || Wait(call, failure!, attempt) is not { } wait || wait > options.LongestWait)
                    throw failure!;
                await Task.Delay(wait, options.Time, both.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException e)
            when (late.IsCancellationRequested && !stop.IsCancellationRequested && !options.Stop.IsCancellationRequested)
        {
            throw HazinaException.Without(new TimeoutException($"not within {options.Timeout.TotalSeconds:0.#} s", e), call.IdempotencyKey);
        }
    }

    async Task<(HttpResponseMessage? Answer, HazinaException? Failure)> TryAsync(
        Call call,
        HttpCompletionOption until,
        CancellationToken stop
    )
    {
        try
        {
            using var request = call.ToRequest(options);
            var answer = await http.SendAsync(request, until, stop).ConfigureAwait(false);
            if (answer.IsSuccessStatusCode)
                return (answer, null);
            using (answer)
            {
                var body = await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
                return (null, HazinaException.Of(answer, body, call.IdempotencyKey, options.Time.GetUtcNow()));
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (null, HazinaException.Without(e, call.IdempotencyKey));
        }
    }

    /// <summary>How long before it may be tried again; null where it may not.</summary>
    static TimeSpan? Wait(Call call, HazinaException failure, int attempt)
    {
        var mayTry = failure.Status switch
        {
            // Refused before anything was done.
            HttpStatusCode.TooManyRequests => true,
            HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => call.MayBeRepeated,
            // The attempt whose answer was lost is still at work.
            HttpStatusCode.Conflict => failure.Code == "platform.idempotency_in_progress",
            _ => failure.Code == HazinaException.NoAnswer && (call.MayBeRepeated || WasNeverSent(failure)),
        };
        return mayTry ? failure.RetryAfter ?? FirstWait * (1 << (attempt - 1)) * (1 + Random.Shared.NextDouble()) : null;
    }

    static bool WasNeverSent(HazinaException failure) =>
        failure.InnerException
            is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };
}
