using Microsoft.AspNetCore.Builder;

namespace Hazina.Bench.Http;

/// <summary>
/// A server in a process of its own, as its callers meet it: what makes the load shares the machine with it, but neither memory nor threads.
/// </summary>
/// <param name="command">The hidden command that is the server.</param>
sealed class ServerProcess(string command) : IAsyncDisposable
{
    OtherProcess? process;
    Uri? address;

    /// <summary>Starts to listen. The process outlives a run, so that its code is warm in the next.</summary>
    /// <param name="database">A connection string, for the server.</param>
    public async Task Begin(string database, CancellationToken stop)
    {
        process ??= OtherProcess.Start(command);
        address = new Uri(await process.Ask($"{OpenWord} {database}", stop));
        using var client = new HttpClient { BaseAddress = address };
        while (!await IsReady(client, stop))
            await Task.Delay(20, stop);
    }

    /// <summary>Where it listens.</summary>
    public Uri Listening => address ?? throw new InvalidOperationException("Begin comes first.");

    /// <summary>A web server is much code, and compiling it well takes its turn with answering: some 20 s until it is as fast as it gets.</summary>
    public static TimeSpan WarmUp(TimeSpan run) => 4 * run;

    static async Task<bool> IsReady(HttpClient client, CancellationToken stop)
    {
        using var response = await client.GetAsync(HealthPath, stop);
        return response.IsSuccessStatusCode;
    }

    /// <summary>A caller with a connection of its own, which is open already.</summary>
    public async Task<ICaller> Connect(HttpBody body, string key, CancellationToken stop)
    {
        var caller = new HttpCaller(address!, body, key);
        await caller.Connect(stop);
        return caller;
    }

    public async Task End()
    {
        if (process is not null)
            await process.Ask(CloseWord, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
    }

    /// <summary>The process itself.</summary>
    /// <param name="build">A server that can be started, from a connection string.</param>
    public static Task<int> Serve(Func<string, WebApplication> build, CancellationToken stop)
    {
        WebApplication? app = null;
        return OtherProcess.Answer(
            async (word, rest) =>
            {
                if (word == OpenWord)
                {
                    app = build(rest);
                    await app.StartAsync(stop);
                    return app.Urls.Single();
                }

                await app!.StopAsync(CancellationToken.None);
                await app.DisposeAsync();
                return "done";
            },
            stop
        );
    }

    /// <summary>Any free port of this machine alone.</summary>
    public const string Address = "http://127.0.0.1:0";

    /// <summary>Answers 200 as soon as the server can do its work.</summary>
    public const string HealthPath = "/health/ready";

    const string OpenWord = "open";
    const string CloseWord = "close";
}
