using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hazina.Payments.Providers;

/// <summary>What is said to a vendor.</summary>
/// <param name="What">For the timeline: <c>stk push</c>.</param>
/// <param name="Path">Below the base address.</param>
/// <param name="Call">Whose it is; null for what is nobody's.</param>
sealed record RailRequest(string What, HttpMethod Method, string Path, JsonObject? Body = null, Guid? Call = null)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>How far a request has come.</summary>
enum RailAnswer : byte
{
    /// <summary>An answer that can be read, whatever it says.</summary>
    Given,

    /// <summary>No answer, or none that can be read: it may have been done.</summary>
    Unclear,

    /// <summary>It has surely not arrived.</summary>
    NotSent,
}

/// <summary>What a vendor answered.</summary>
/// <param name="Json">An object, where one was given.</param>
/// <param name="Reason">What went wrong, in a few words.</param>
sealed record RailReply(RailAnswer Answer, int Status, JsonElement Json, string Reason)
{
    public static RailReply NotSent(string reason) => new(RailAnswer.NotSent, 0, default, reason);

    public bool IsFine => Answer == RailAnswer.Given && Status is >= 200 and < 300;

    /// <summary>A text at a path of names (<c>response/ResultCode</c>), whether it is written as a text or as a number; null where there is none.</summary>
    public string? Text(string path) => Json.At(path);

    /// <summary>Where no answer came that says anything: what that means to a call.</summary>
    public bool IsSilent([NotNullWhen(true)] out Verdict? verdict)
    {
        verdict = Answer switch
        {
            RailAnswer.NotSent => Verdict.NotSent(Reason),
            RailAnswer.Unclear => Verdict.Unclear(Reason),
            _ => null,
        };
        return verdict is not null;
    }
}

static class RailJson
{
    /// <inheritdoc cref="RailReply.Text"/>
    public static string? At(this JsonElement json, string path)
    {
        foreach (var name in path.Split('/'))
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
                return null;
        }

        return json.ValueKind switch
        {
            JsonValueKind.String => json.GetString(),
            JsonValueKind.Number => json.GetRawText(),
            _ => null,
        };
    }
}

/// <summary>
/// HTTP with a vendor: within a deadline, with its token, written down before and after, and left alone while it fails. It never sends anything twice by
/// itself, but after a token was refused: then nothing was done.
/// </summary>
sealed class RailClient : IDisposable
{
    const int LongestAnswer = 256 * 1024;

    readonly HttpClient http;
    readonly MessageLog log;
    readonly TimeProvider time;
    readonly RailSettings settings;
    readonly Func<HttpRequestMessage> askToken;
    readonly Func<RailReply, bool> isTokenRefused;
    readonly SemaphoreSlim tokenGate = new(1);
    (string Text, DateTimeOffset Until)? token;

    /// <param name="askToken">Makes the request for a token.</param>
    /// <param name="isTokenRefused">Whether an answer says that the token is not good any more.</param>
    public RailClient(
        RailSettings settings,
        RailOptions options,
        MessageLog log,
        TimeProvider time,
        Func<HttpRequestMessage> askToken,
        Func<RailReply, bool> isTokenRefused
    )
    {
        (this.settings, this.log, this.time, this.askToken, this.isTokenRefused) = (settings, log, time, askToken, isTokenRefused);
        Breaker = new Breaker(options.BreakAfter, options.BreakFor, time);
        http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false, // the token would go along
                UseCookies = false,
                ConnectTimeout = options.ConnectTimeout,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            }
        )
        {
            Timeout = options.Timeout,
            MaxResponseContentBufferSize = LongestAnswer,
        };
    }

    public Breaker Breaker { get; }

    public Uri At(string path) => new($"{settings.BaseAddress!.TrimEnd('/')}/{path.TrimStart('/')}");

    /// <summary>Asks the vendor.</summary>
    public async Task<RailReply> Send(RailRequest request, CancellationToken stop)
    {
        if (!Breaker.TryEnter())
            return RailReply.NotSent("The provider fails and is left alone for a while.");
        RailReply? reply = null;
        try
        {
            for (var isFresh = false; ; isFresh = true)
            {
                if (await Token(isFresh, stop) is not { } bearer)
                    return reply = RailReply.NotSent("No token was to be had.");
                reply = await Exchange(request, bearer, stop);
                if (isFresh || !isTokenRefused(reply))
                    return reply;
            }
        }
        finally
        {
            if (reply is null)
                Breaker.Left();
            else if (reply.Answer == RailAnswer.Given)
                Breaker.Answered();
            else
                Breaker.Failed();
        }
    }

    async Task<RailReply> Exchange(RailRequest request, string bearer, CancellationToken stop)
    {
        using var message = new HttpRequestMessage(request.Method, At(request.Path));
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        foreach (var (name, value) in request.Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        if (request.Body is not null)
            message.Content = JsonContent.Create(request.Body);
        if (request.Call is { } call)
            await log.Write(call, "request", request.What, null, MessageLog.Shown(request.Body), stop);
        var reply = await Ask(message, stop);
        if (request.Call is { } its)
        {
            var isAnswer = reply.Json.ValueKind == JsonValueKind.Object;
            await log.Write(
                its,
                isAnswer ? "answer" : "fault",
                request.What,
                reply.Status == 0 ? null : reply.Status,
                isAnswer ? MessageLog.Shown(JsonNode.Parse(reply.Json.GetRawText())) : reply.Reason,
                CancellationToken.None
            );
        }

        return reply;
    }

    async Task<RailReply> Ask(HttpRequestMessage message, CancellationToken stop)
    {
        try
        {
            using var response = await http.SendAsync(message, stop);
            var bytes = await response.Content.ReadAsByteArrayAsync(stop);
            var status = (int)response.StatusCode;
            try
            {
                var json = JsonElement.Parse(bytes);
                return json.ValueKind == JsonValueKind.Object
                    ? new RailReply(RailAnswer.Given, status, json, $"HTTP {status}")
                    : new RailReply(RailAnswer.Unclear, status, default, $"HTTP {status} without an object.");
            }
            catch (JsonException)
            {
                return new RailReply(RailAnswer.Unclear, status, default, $"HTTP {status} with what is no JSON.");
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new RailReply(RailAnswer.Unclear, 0, default, "No answer in time.");
        }
        catch (HttpRequestException e)
            when (e.HttpRequestError
                    is HttpRequestError.ConnectionError
                        or HttpRequestError.NameResolutionError
                        or HttpRequestError.SecureConnectionError
            )
        {
            return RailReply.NotSent($"Not reached: {e.HttpRequestError}.");
        }
        catch (HttpRequestException e)
        {
            return new RailReply(RailAnswer.Unclear, 0, default, $"Cut off: {e.HttpRequestError}.");
        }
        catch (SocketException e)
        {
            // Of a connection that ends while it is being made, the client tells in this way.
            return new RailReply(RailAnswer.Unclear, 0, default, $"Cut off: {e.SocketErrorCode}.");
        }
    }

    /// <summary>Kept until a minute before it ends.</summary>
    async Task<string?> Token(bool isFresh, CancellationToken stop)
    {
        var seen = token;
        if (!isFresh && seen is { } known && known.Until > time.GetUtcNow())
            return known.Text;
        await tokenGate.WaitAsync(stop);
        try
        {
            // Somebody else has got one meanwhile.
            if (token != seen && token is { } other && other.Until > time.GetUtcNow())
                return other.Text;
            using var request = askToken();
            var reply = await Ask(request, stop);
            if (!reply.IsFine || reply.Text("access_token") is not { Length: > 0 } text)
                return null;
            var seconds = int.TryParse(reply.Text("expires_in"), out var told) ? told : 300;
            token = (text, time.GetUtcNow() + TimeSpan.FromSeconds(Math.Max(seconds - 60, 1)));
            return text;
        }
        finally
        {
            tokenGate.Release();
        }
    }

    /// <summary>Basic, as the vendors' token endpoints want it.</summary>
    public static AuthenticationHeaderValue Basic(RailSettings settings) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.ConsumerKey}:{settings.ConsumerSecret}")));

    public void Dispose()
    {
        http.Dispose();
        tokenGate.Dispose();
    }
}
