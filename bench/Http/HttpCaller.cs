using System.Buffers;
using System.Net;
using System.Text;

namespace Hazina.Bench.Http;

/// <summary>What a caller sends.</summary>
/// <param name="Path">Where to.</param>
/// <param name="Transfers">How many each request has.</param>
/// <param name="Write">Writes the next one's JSON. Nothing is serialised: the text around the values stands ready.</param>
/// <param name="Done">What the answer says of each that was done.</param>
/// <param name="Key">The next one's <c>Idempotency-Key</c>, where there is one.</param>
sealed record HttpBody(
    string Path,
    int Transfers,
    Action<IBufferWriter<byte>> Write,
    string Done = "\"status\":\"posted\"",
    Func<string>? Key = null
)
{
    /// <summary>The next one's path, where each goes to one of its own; asked for before <see cref="Write"/>.</summary>
    public Func<string>? NextPath { get; init; }
}

/// <summary>One caller with one HTTP/1.1 connection that is kept open; it reads every answer to its end and looks at what became of each transfer.</summary>
sealed class HttpCaller(Uri server, HttpBody body, string key) : ICaller
{
    readonly HttpMessageInvoker client = new(
        new SocketsHttpHandler
        {
            MaxConnectionsPerServer = 1,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        }
    );
    readonly Uri target = new(server, body.Path);
    readonly string authorization = $"Bearer {key}";
    readonly byte[] done = Encoding.UTF8.GetBytes(body.Done);
    readonly ArrayBufferWriter<byte> request = new();
    readonly MemoryStream answer = new();

    /// <summary>Opens the connection, so that no run pays for it.</summary>
    public async Task Connect(CancellationToken stop)
    {
        using var get = new HttpRequestMessage(HttpMethod.Get, new Uri(server, ServerProcess.HealthPath));
        using var response = await client.SendAsync(get, stop);
        await response.Content.CopyToAsync(Stream.Null, stop);
    }

    public async Task<int> Call()
    {
        request.ResetWrittenCount();
        var at = body.NextPath is { } path ? new Uri(server, path()) : target;
        body.Write(request);
        using var post = new HttpRequestMessage(HttpMethod.Post, at) { Content = new ReadOnlyMemoryContent(request.WrittenMemory) };
        post.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        post.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (body.Key is { } next)
            post.Headers.TryAddWithoutValidation("Idempotency-Key", next());
        using var response = await client.SendAsync(post, CancellationToken.None);
        answer.SetLength(0);
        await response.Content.CopyToAsync(answer);

        var text = answer.GetBuffer().AsSpan(0, (int)answer.Length);
        var posted = text.Count(done);
        return posted == body.Transfers
            ? posted
            : throw new InvalidOperationException(
                $"{(int)response.StatusCode}: {posted} of {body.Transfers} were posted. {Encoding.UTF8.GetString(text[..Math.Min(text.Length, 2_000)])}"
            );
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        answer.Dispose();
        return ValueTask.CompletedTask;
    }
}
