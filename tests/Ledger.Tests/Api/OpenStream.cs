using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Hazina.Testing;

namespace Hazina.Ledger.Tests.Api;

/// <summary>A request that is answered while it is being sent. Over HTTP/1.1 HttpClient sends all before it reads, so this speaks for itself.</summary>
sealed class OpenStream : IAsyncDisposable
{
    readonly TcpClient connection = new();
    readonly MemoryStream decoded = new();
    int read;
    bool hasHead;
    bool isOver;

    OpenStream() { }

    public static async Task<OpenStream> ToAsync(HazinaApp app, string path, string contentType)
    {
        var stream = new OpenStream();
        await stream.connection.ConnectAsync(app.Address.Host, app.Address.Port);
        var key = (await app.KeyAsync()).Text;
        await stream.Send(
            $"POST {path} HTTP/1.1\r\nHost: {app.Address.Authority}\r\nX-API-Key: {key}\r\nContent-Type: {contentType}\r\nTransfer-Encoding: chunked\r\n\r\n"
        );
        return stream;
    }

    public Task WriteLineAsync(string line)
    {
        var bytes = Encoding.UTF8.GetByteCount(line) + 1;
        return Send($"{bytes:x}\r\n{line}\n\r\n");
    }

    public Task EndAsync() => Send("0\r\n\r\n");

    /// <summary>The next line of the answer; null at its end.</summary>
    public async Task<string?> ReadLineAsync()
    {
        for (; ; )
        {
            var left = decoded.GetBuffer().AsMemory(read, (int)decoded.Length - read);
            var end = left.Span.IndexOf((byte)'\n');
            if (end >= 0)
            {
                read += end + 1;
                return Encoding.UTF8.GetString(left.Span[..end]);
            }

            if (isOver)
                return null;
            if (!hasHead)
                await SkipHead();
            hasHead = true;
            await ReadChunk();
        }
    }

    public ValueTask DisposeAsync()
    {
        connection.Dispose();
        return ValueTask.CompletedTask;
    }

    async Task SkipHead()
    {
        Assert.StartsWith("HTTP/1.1 200", await ReadHeadLine(), StringComparison.Ordinal);
        while ((await ReadHeadLine()).Length > 0)
        {
            // Only the body is of interest.
        }
    }

    async Task ReadChunk()
    {
        var size = int.Parse(await ReadHeadLine(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        if (read == decoded.Length)
        {
            decoded.SetLength(0);
            read = 0;
        }

        var chunk = new byte[size];
        await connection.GetStream().ReadExactlyAsync(chunk);
        decoded.Write(chunk);
        await ReadHeadLine();
        isOver = size == 0;
    }

    async Task<string> ReadHeadLine()
    {
        var line = new StringBuilder();
        var one = new byte[1];
        for (; ; )
        {
            await connection.GetStream().ReadExactlyAsync(one);
            if (one[0] == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }
    }

    async Task Send(string text) => await connection.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text));
}
