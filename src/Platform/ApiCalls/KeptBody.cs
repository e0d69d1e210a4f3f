using System.Text.Json;
using System.Text.Json.Nodes;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;

namespace Hazina.Platform.ApiCalls;

/// <summary>A request's body as the call reads it, of which the beginning is held until the answer shows whether it is kept.</summary>
sealed class KeptBody(Stream inner) : Stream
{
    const int Largest = 4096;

    readonly MemoryStream held = new();
    long seen;
    bool isOver;

    /// <summary>How long it was; null where it was not read to its end.</summary>
    public long? Bytes => isOver ? seen : null;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Stands in for the body of a small change in JSON; null where it is none.</summary>
    public static KeptBody? Of(HttpRequest request)
    {
        if (request.ContentLength is 0 or > Largest || HttpMethods.IsGet(request.Method) || !request.HasJsonContentType())
            return null;
        var body = new KeptBody(request.Body);
        request.Body = body;
        return body;
    }

    /// <summary>Without what is named like a secret; null where it was not read to its end, was too large, or is no JSON object.</summary>
    public string? Text()
    {
        if (!isOver || seen > Largest)
            return null;
        try
        {
            var bytes = held.GetBuffer().AsSpan(0, (int)held.Length);
            return Secrets.LeftOut(JsonNode.Parse(bytes) as JsonObject)?.ToJsonString(JsonSettings.Options);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        Hold(buffer.Span[..count], isEnd: count == 0 && buffer.Length > 0);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        Hold(buffer.AsSpan(offset, read), isEnd: read == 0 && count > 0);
        return read;
    }

    void Hold(ReadOnlySpan<byte> read, bool isEnd)
    {
        isOver |= isEnd;
        seen += read.Length;
        if (seen <= Largest)
            held.Write(read);
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
