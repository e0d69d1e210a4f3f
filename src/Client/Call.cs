using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Hazina.Client;

/// <summary>One call as it is to be made, as often as it has to be.</summary>
sealed class Call(string method, string path)
{
    readonly StringBuilder address = new(path);
    Func<HttpContent>? content;
    char before = '?';

    /// <summary>The same in each attempt; null where the call takes none.</summary>
    public string? IdempotencyKey { get; private set; }

    /// <summary>Whether it does no harm to make it once more while it is not known what became of it.</summary>
    public bool MayBeRepeated { get; private set; } = method == "GET";

    public Call Path(string name, object value)
    {
        address.Replace($"{{{name}}}", Uri.EscapeDataString(Text(value)));
        return this;
    }

    public Call Query(string name, object? value)
    {
        if (value is null)
            return this;
        address.Append(before).Append(name).Append('=').Append(Uri.EscapeDataString(Text(value)));
        before = '&';
        return this;
    }

    /// <summary>The caller's, or one of its own.</summary>
    public Call Once(string? key)
    {
        IdempotencyKey = key ?? Guid.CreateVersion7().ToString();
        MayBeRepeated = true;
        return this;
    }

    /// <summary>It carries ids of the caller's choice, by which the server knows it again.</summary>
    public Call KnownById()
    {
        MayBeRepeated = true;
        return this;
    }

    public Call Json<T>(T? body)
    {
        if (body is null)
            return this;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, HazinaClient.Json);
        content = () => new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return this;
    }

    public Call File(Stream body, string type)
    {
        // What cannot be read from its start again is sent once.
        MayBeRepeated &= body.CanSeek;
        var start = body.CanSeek ? body.Position : 0;
        content = () => new FileContent(body, start) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
        return this;
    }

    public HttpRequestMessage ToRequest(HazinaClientOptions options)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Root(options.Address), address.ToString()))
        {
            Content = content?.Invoke(),
        };
        if (options.Token is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in options.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (IdempotencyKey is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", IdempotencyKey);
        return request;
    }

    static Uri Root(Uri address) => address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");

    static string Text(object value) =>
        value switch
        {
            DateTimeOffset time => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            DateOnly date => date.ToString("O", CultureInfo.InvariantCulture),
            bool yes => yes ? "true" : "false",
            IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };

    /// <summary>Leaves the stream open: it is the caller's, and may be sent again.</summary>
    sealed class FileContent(Stream body, long start) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            if (body.CanSeek)
                body.Position = start;
            return body.CopyToAsync(stream, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.CanSeek ? body.Length - start : 0;
            return body.CanSeek;
        }
    }
}
