using System.Net;

namespace Hazina.Testing;

/// <summary>A place in which a server runs: it is killed, frozen and started again, and listens elsewhere each time unless it is told where.</summary>
public sealed class Seat(string name, string dataFolder, params string[] arguments) : IAsyncDisposable
{
    HazinaProcess? process;
    Uri? address;
    long answered;

    public string Name => name;

    public string DataFolder => dataFolder;

    /// <summary>Where it is to listen.</summary>
    public string Urls { get; init; } = HazinaProcess.AnyPort;

    /// <summary>Beside its arguments; by name, as in appsettings.json.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Null while nobody serves.</summary>
    public Uri? Address => Volatile.Read(ref address);

    /// <summary>How many requests were answered here.</summary>
    public long Answered => Volatile.Read(ref answered);

    public int ProcessId => process!.Id;

    /// <summary>The end of its log, to tell why it does not go on.</summary>
    public string LastWords => string.Join('\n', (process?.Output + process?.Errors).Split('\n').TakeLast(30));

    public void Count() => Interlocked.Increment(ref answered);

    public async Task StartAsync()
    {
        // Where the next does not start, that is the fault to tell, and not that the last one is gone.
        if (Interlocked.Exchange(ref process, null) is { } last)
            await last.DisposeAsync();
        (process, var at) = await HazinaProcess.ServeAsync(dataFolder, Urls, Settings, arguments);
        Volatile.Write(ref address, at);
    }

    public async Task KillAsync()
    {
        Volatile.Write(ref address, null);
        await process!.KillAsync();
    }

    /// <summary>A service manager's stop; the answer is the exit code.</summary>
    public async Task<int> StopAsync()
    {
        var code = await process!.StopAsync();
        Volatile.Write(ref address, null);
        return code;
    }

    public Task SignalAsync(string signal) => process!.SignalAsync(signal);

    public async Task<HttpStatusCode> ReadyAsync()
    {
        using var client = new HttpClient();
        return (await client.GetAsync(new Uri(Address!, "/health/ready"))).StatusCode;
    }

    public ValueTask DisposeAsync() => process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
