using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Hazina.Simulator;

/// <summary>What a vendor is about to send.</summary>
/// <param name="Reference">The vendor's id of what it is about.</param>
/// <param name="Headers">Beside the content's type: signatures.</param>
public sealed record Callback(Rail Rail, Uri Url, string Body, string Reference, IReadOnlyList<(string Name, string Value)> Headers)
{
    internal static IEnumerable<Callback> To(
        Rail rail,
        string? url,
        JsonNode body,
        string reference,
        Func<string, (string, string)>? sign = null
    )
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address))
            yield break;
        var text = body.ToJsonString();
        yield return new Callback(rail, address, text, reference, sign is null ? [] : [sign(text)]);
    }
}

/// <summary>What came of sending one.</summary>
/// <param name="Status">The HTTP status of the answer; null where none came.</param>
public sealed record SentCallback(Callback Callback, DateTimeOffset At, int? Status, string? Answer);

/// <summary>Calls back once and never again, as the vendors do; what is held waits for its release.</summary>
sealed class CallbackSender : IDisposable
{
    readonly Lock gate = new();
    readonly List<SentCallback> sent = [];
    readonly List<Callback> waiting = [];
    readonly HttpClient client;
    readonly TimeProvider time;
    Func<Callback, bool>? held;

    public CallbackSender(RailSimulatorOptions options)
    {
        time = options.Time;
        client = new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                AllowAutoRedirect = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            }
        )
        {
            Timeout = options.CallbackTimeout,
        };
    }

    public IReadOnlyList<SentCallback> Sent
    {
        get
        {
            lock (gate)
                return [.. sent];
        }
    }

    public IReadOnlyList<Callback> Held
    {
        get
        {
            lock (gate)
                return [.. waiting];
        }
    }

    public void Hold(Func<Callback, bool> which)
    {
        lock (gate)
            held = which;
    }

    /// <summary>Sends what was held in the order in which it came, and holds nothing from now on.</summary>
    public async Task ReleaseAsync()
    {
        Callback[] released;
        lock (gate)
        {
            held = null;
            released = [.. waiting];
            waiting.Clear();
        }

        await SendAsync(released);
    }

    public async Task SendAsync(IEnumerable<Callback> callbacks)
    {
        foreach (var callback in callbacks)
        {
            lock (gate)
            {
                if (held?.Invoke(callback) == true)
                {
                    waiting.Add(callback);
                    continue;
                }
            }

            await PostAsync(callback);
        }
    }

    /// <summary>Sends it, and gives what the answer says.</summary>
    public async Task<SentCallback> PostAsync(Callback callback)
    {
        int? status = null;
        string? answer = null;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, callback.Url)
            {
                Content = new StringContent(callback.Body, Encoding.UTF8, "application/json"),
            };
            foreach (var (name, value) in callback.Headers)
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await client.SendAsync(request);
            status = (int)response.StatusCode;
            answer = await response.Content.ReadAsStringAsync();
        }
        catch (Exception e)
            when (e is HttpRequestException or SocketException or IOException or TaskCanceledException or InvalidOperationException)
        {
            // Nobody was there, or took too long. No vendor tries again.
        }

        var result = new SentCallback(callback, time.GetUtcNow(), status, answer);
        lock (gate)
            sent.Add(result);
        return result;
    }

    public void Dispose() => client.Dispose();
}
