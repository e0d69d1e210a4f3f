using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Hazina.Payments.Tests.Faults;

/// <summary>
/// What lies between callers and servers. Each request goes to one server or another. Where it <see cref="IsBad"/>, some callers hang up before they are
/// answered, and some ask both servers at once. It notes what was told under each key: that has to be the same for ever.
/// </summary>
sealed class Wire(IReadOnlyList<Seat> seats, int seed) : DelegatingHandler(new SocketsHttpHandler())
{
    const string Key = "Idempotency-Key";
    const int OneIn = 16,
        LongestPatience = 80;

    static readonly Uri Anywhere = new("http://hazina.test");

    readonly Random random = new(seed);
    readonly ConcurrentDictionary<string, Told> told = new(StringComparer.Ordinal);
    readonly ConcurrentQueue<string> contradictions = new();
    int turn;

    public bool IsBad { get; set; }

    /// <summary>How many keys have their answer.</summary>
    public int Count => told.Count;

    public IReadOnlyCollection<string> Contradictions => [.. contradictions];

    public HttpClient Client() => new(this, disposeHandler: false) { BaseAddress = Anywhere };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is not null)
            await request.Content.LoadIntoBufferAsync(cancellationToken);
        if (!IsBad || !request.Headers.Contains(Key))
            return await Ask(request, Next(), isNoted: false, cancellationToken);
        var (whim, patience) = Whim();
        if (whim == 0)
        {
            using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            hangUp.CancelAfter(patience);
            return await Ask(request, Next(), isNoted: true, hangUp.Token);
        }

        if (whim > 1)
            return await Ask(request, Next(), isNoted: true, cancellationToken);
        var second = Twice(await Copy(request), cancellationToken);
        try
        {
            return await Ask(request, Next(), isNoted: true, cancellationToken);
        }
        finally
        {
            await second;
        }
    }

    /// <summary>As who clicks again: whether it is answered, or how, they do not look.</summary>
    async Task Twice(HttpRequestMessage request, CancellationToken stop)
    {
        using (request)
        {
            try
            {
                (await Ask(request, Next(), isNoted: true, stop)).Dispose();
            }
            catch (Exception e) when (e is HttpRequestException or SocketException or IOException or OperationCanceledException)
            {
                // That server was away.
            }
        }
    }

    async Task<HttpResponseMessage> Ask(HttpRequestMessage request, Seat seat, bool isNoted, CancellationToken stop)
    {
        var (path, address) = (request.RequestUri!.PathAndQuery, seat.Address);
        request.RequestUri = new Uri(address ?? throw new HttpRequestException($"Nobody serves at {seat.Name}."), path);
        var response = await base.SendAsync(request, stop);
        await response.Content.LoadIntoBufferAsync(stop);
        if ((int)response.StatusCode >= 500)
            return response;
        seat.Count();
        if (isNoted && request.Headers.TryGetValues(Key, out var keys))
            await Hear(keys.Single(), path, request, response, stop);
        return response;
    }

    async Task Hear(string key, string path, HttpRequestMessage request, HttpResponseMessage response, CancellationToken stop)
    {
        var text = await response.Content.ReadAsStringAsync(stop);
        // The only answers that do not last.
        if (
            (int)response.StatusCode is 400 or 424 or 429
            || (
                response.StatusCode == HttpStatusCode.Conflict
                && text.Contains("platform.idempotency_in_progress", StringComparison.Ordinal)
            )
        )
            return;
        var now = new Told(path, await Bytes(request), request.Headers.Authorization, response.StatusCode, text);
        var first = told.GetOrAdd(key, now);
        if (!first.Agrees(now))
            contradictions.Enqueue($"{path}: {(int)first.Status} {first.Text} was told first, {(int)now.Status} {now.Text} by another.");
    }

    /// <summary>Asks the same again: each has to be told the same again, as a repetition.</summary>
    public async Task AskAgain(int atMost)
    {
        var all = told.ToArray();
        await Parallel.ForEachAsync(
            all.Where((_, i) => i % (all.Length / atMost + 1) == 0),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (one, stop) =>
            {
                using var request = Request(one.Value.Path, one.Value.Body, one.Key, one.Value.Caller);
                using var response = await Ask(request, Next(), isNoted: true, stop);
                Assert.True(response.Headers.Contains("Idempotent-Replayed"), $"{one.Value.Path} was not known again: {response}");
            }
        );
    }

    Seat Next() => seats[(int)((uint)Interlocked.Increment(ref turn) % (uint)seats.Count)];

    (int Whim, TimeSpan Patience) Whim()
    {
        lock (random)
            return (random.Next(OneIn), TimeSpan.FromMilliseconds(random.Next(1, LongestPatience)));
    }

    static async Task<HttpRequestMessage> Copy(HttpRequestMessage request) =>
        Request(
            request.RequestUri!.PathAndQuery,
            await Bytes(request),
            request.Headers.GetValues(Key).Single(),
            request.Headers.Authorization
        );

    static HttpRequestMessage Request(string path, byte[] body, string key, AuthenticationHeaderValue? caller)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Anywhere, path)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(Key, key);
        request.Headers.Authorization = caller;
        return request;
    }

    static async Task<byte[]> Bytes(HttpRequestMessage request) =>
        request.Content is { } content ? await content.ReadAsByteArrayAsync() : [];

    /// <param name="Body">Of the request.</param>
    sealed record Told(string Path, byte[] Body, AuthenticationHeaderValue? Caller, HttpStatusCode Status, string Text)
    {
        /// <summary>A payment is shown as it is by then; everything else is what was told before, to the letter.</summary>
        public bool Agrees(Told other) =>
            Status == other.Status && (Path == "/v1/payments" ? Which(Text) == Which(other.Text) : Text == other.Text);

        static (string?, string?) Which(string text)
        {
            var json = JsonNode.Parse(text)!;
            return ((string?)json["id"], (string?)json["code"]);
        }
    }
}
