using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Hazina.Testing;

/// <summary>A Redis of a test's own that keeps nothing on the disk and can be killed and started again at the same address.</summary>
public sealed class RedisServer : IDisposable
{
    /// <summary>Debian's redis-tools hold the server under another name, without a service that would run by itself.</summary>
    static readonly string? Program = Array.Find(
        ["/usr/bin/redis-server", "/usr/local/bin/redis-server", "/usr/bin/redis-check-rdb"],
        File.Exists
    );

    // Whoever holds the other end of its input may end; then it ends too.
    // Who says STOP or CONT has it hang, or go on.
    const string Leash =
        "\"$@\" </dev/null >/dev/null & while read -r signal; do kill -s $signal $!; echo done; done; kill -9 $!; wait 2>/dev/null";

    readonly TemporaryFolder folder = new();
    readonly int port = FreePort();
    Process? process;

    RedisServer() { }

    public string Address => $"127.0.0.1:{port}";

    public static async Task<RedisServer> StartedAsync()
    {
        Assert.SkipWhen(Program is null, "redis-server is not installed (./hazina test installs it when root).");
        var server = new RedisServer();
        await server.StartAsync();
        return server;
    }

    public async Task StartAsync()
    {
        // What it is depends on the name that it is called by.
        var link = folder.Inside("redis-server");
        if (!File.Exists(link))
            File.CreateSymbolicLink(link, Program!);
        string[] server = [link, "--bind", "127.0.0.1", "--port", $"{port}", "--save", "", "--appendonly", "no", "--dir", folder.Path];
        process = Process.Start(
            new ProcessStartInfo("/bin/bash", ["-c", Leash, "bash", .. server])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        await Eventually.TrueAsync(AnswersAsync, "redis-server answers");
    }

    /// <summary>At once, with everything that it knew.</summary>
    public void Kill()
    {
        process!.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
        process = null;
    }

    /// <summary>As one that hangs: it takes what is said, and does not answer.</summary>
    public void Freeze() => Signal("STOP");

    public void GoOn() => Signal("CONT");

    void Signal(string signal)
    {
        process!.StandardInput.WriteLine(signal);
        process.StandardInput.Flush();
        Assert.Equal("done", process.StandardOutput.ReadLine());
    }

    public void Dispose()
    {
        if (process is not null)
            Kill();
        folder.Dispose();
    }

    async Task<bool> AnswersAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
