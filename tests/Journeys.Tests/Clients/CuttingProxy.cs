using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hazina.Journeys.Tests.Clients;

/// <summary>A wire to the server that breaks: once it begins to answer, where nobody hears the answer any more.</summary>
sealed class CuttingProxy : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource end = new();
    readonly StringBuilder asked = new();
    readonly Uri server;
    readonly Task accepting;
    int cuts;

    /// <param name="server">Where the wire leads.</param>
    /// <param name="cuts">How many of the first connections are cut.</param>
    public CuttingProxy(Uri server, int cuts = 1)
    {
        (this.server, this.cuts) = (server, cuts);
        listener.Start();
        accepting = Accept();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>All that went to the server.</summary>
    public string Asked
    {
        get
        {
            lock (asked)
                return asked.ToString();
        }
    }

    async Task Accept()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(Serve(await listener.AcceptTcpClientAsync(end.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    async Task Serve(TcpClient caller)
    {
        using var inside = caller;
        using var outside = new TcpClient();
        try
        {
            await outside.ConnectAsync(server.Host, server.Port, end.Token);
            var (near, far) = (inside.GetStream(), outside.GetStream());
            var up = CopyUp(near, far);
            if (Interlocked.Decrement(ref cuts) >= 0)
            {
                // It has been done, and will not be heard.
                await far.ReadExactlyAsync(new byte[1], end.Token);
                inside.LingerState = new LingerOption(enable: true, seconds: 0);
                inside.Close();
            }
            else
            {
                await far.CopyToAsync(near, end.Token);
            }

            outside.Close();
            await up;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // One side has gone, as it may.
        }
    }

    async Task CopyUp(NetworkStream near, NetworkStream far)
    {
        var buffer = new byte[16 * 1024];
        while (await near.ReadAsync(buffer, end.Token) is > 0 and var read)
        {
            lock (asked)
                asked.Append(Encoding.Latin1.GetString(buffer, 0, read));
            await far.WriteAsync(buffer.AsMemory(0, read), end.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await accepting;
        listener.Dispose();
        end.Dispose();
    }
}
