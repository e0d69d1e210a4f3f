using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Hazina.Bench.Http;
using Hazina.Host;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hazina.Bench.Payments;

/// <summary>
/// A rail calls back, each time about another top-up: the server keeps it as it came, once, acknowledges it, asks the rail whether it is so, and books it with
/// what its customer reads and the event.
/// </summary>
/// <param name="isBooked">Whether it counts once it is booked; else once it is acknowledged.</param>
sealed class CallbacksOverHttp(string name, string what, int callers, bool isBooked = false) : Workload(name, "Hazina", what, callers)
{
    /// <summary>How many may be kept and not booked, where bookings are counted: a rail's customers come as they come.</summary>
    const int Backlog = 256;

    /// <summary>More than any run has been seen to take.</summary>
    const int ASecond = 2_500;

    const int Accounts = 1_000;

    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    readonly ServerProcess server = new(Command);
    Books? books;
    NpgsqlDataSource? source;
    TimeSpan longest;
    bool hasTown;
    long made,
        next;

    public override string Unit => "callbacks/s";

    public override async Task Prepare(string connectionString, CancellationToken stop)
    {
        books = await Books.MakeEmpty(connectionString, Name.Replace('-', '_'), stop);
        source = NpgsqlDataSource.Create(books.ConnectionString);
    }

    public override TimeSpan WarmUp(TimeSpan run) => longest = ServerProcess.WarmUp(run);

    public override async Task Begin(CancellationToken stop)
    {
        await server.Begin(books!.ConnectionString, stop);
        using var client = new HttpClient { BaseAddress = server.Listening, Timeout = TimeSpan.FromMinutes(10) };
        if (!hasTown)
            (await client.GetAsync($"/bench/town?accounts={Accounts}", stop)).EnsureSuccessStatusCode();
        hasTown = true;
        // The longest run is the first one, which warms up.
        var wanted = (int)(Math.Max(1, longest.TotalSeconds) * ASecond);
        if (made - next < wanted)
        {
            (await client.GetAsync($"/bench/prompts?from={made}&count={wanted}", stop)).EnsureSuccessStatusCode();
            made += wanted;
        }
    }

    public override Task End() => server.End();

    public override Task<ICaller> Connect(int number, CancellationToken stop)
    {
        var mine = 0L;
        return server.Connect(
            new HttpBody("", 1, to => to.Write(Encoding.UTF8.GetBytes(Prompts.Callback(mine))), "\"ResultCode\":0")
            {
                NextPath = () => $"/v1/callbacks/mpesa/{Prompts.Secret(mine = Interlocked.Increment(ref next) - 1)}",
            },
            key: "",
            stop
        );
    }

    public override async Task<Run> Drive(IReadOnlyList<ICaller> callers, TimeSpan time, CancellationToken stop)
    {
        var (began, from) = (Stopwatch.GetTimestamp(), DateTime.UtcNow);
        if (!isBooked)
        {
            var taken = await Load.Drive(callers, time, stop);
            await Booked(0, stop);
            return taken;
        }

        var door = new Door();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watching = Watch(door, over.Token);
        var run = await Load.Drive([.. callers.Select(caller => new Patient(caller, door))], time, stop);
        await Booked(0, stop);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await over.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await using var command = source!.CreateCommand(TimesOwnerSql);
        command.Parameters.AddWithValue(from);
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        return new Run(run.Transfers / seconds, reader.GetDouble(0), reader.GetDouble(1), run.Transfers);
    }

    /// <summary>Until no more than so many are kept and not booked.</summary>
    async Task Booked(int atMost, CancellationToken stop)
    {
        while (await Kept(stop) > atMost)
            await Task.Delay(Look, stop);
    }

    async Task Watch(Door door, CancellationToken stop)
    {
        for (; ; )
        {
            door.Set(await Kept(stop) < Backlog);
            await Task.Delay(Look, stop);
        }
    }

    async Task<long> Kept(CancellationToken stop)
    {
        await using var command = source!.CreateCommand(KeptOwnerSql);
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }

    public override async Task Check(long acknowledged, CancellationToken stop)
    {
        await using (var command = source!.CreateCommand(CheckOwnerSql))
        {
            command.CommandTimeout = 0;
            await using var reader = await command.ExecuteReaderAsync(stop);
            await reader.ReadAsync(stop);
            var (kept, done, booked, moved) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetDecimal(3));
            if (kept != acknowledged || done != acknowledged || booked != acknowledged || moved != acknowledged * Prompts.Amount)
                throw new InvalidOperationException(
                    $"{Name} acknowledged {acknowledged} and holds {kept} callbacks, of which {done} are done; {booked} top-ups came to {moved}."
                );
        }

        await books!.Check(acknowledged: null, stop);
    }

    public override async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        if (source is not null)
            await source.DisposeAsync();
        if (books is not null)
            await books.DisposeAsync();
    }

    /// <summary>The server's process.</summary>
    public static Task<int> Serve(CancellationToken stop) => ServerProcess.Serve(Build, stop);

    static WebApplication Build(string database)
    {
        const string at = "Payments:Providers:Mpesa:";
        var (data, rail) = (BenchServer.NewFolder(), QuickRail.Start());
        var app = Server.Build(
            new ServerOptions
            {
                OwnerConnectionString = database,
                Urls = ServerProcess.Address,
                LogLevel = LogLevel.Warning,
                Configuration = new ConfigurationBuilder()
                    .AddInMemoryCollection([
                        new("data", data),
                        // What one start has encrypted the next one reads.
                        new("FieldKeys:Keys", Convert.ToBase64String(new byte[32])),
                        new(at + "BaseAddress", rail.Address),
                        new(at + "CallbackBase", "http://127.0.0.1:1"),
                        new(at + "ConsumerKey", "bench"),
                        new(at + "ConsumerSecret", "bench"),
                        new(at + "ShortCode", "600100"),
                        new(at + "Passkey", "bench"),
                        new(at + "Initiator", "bench"),
                        new(at + "SecurityCredential", "bench"),
                    ])
                    .Build(),
            },
            map: routes =>
            {
                routes.MapGet("/bench/town", PaymentsOverHttp.MakeTown).AllowAnonymous();
                routes.MapGet("/bench/prompts", Prompts.Make).AllowAnonymous();
            }
        );
        app.Lifetime.ApplicationStopped.Register(() =>
        {
            Directory.Delete(data, recursive: true);
            _ = rail.DisposeAsync().AsTask();
        });
        return app;
    }

    /// <summary>Lets callers through, or has them wait.</summary>
    sealed class Door
    {
        TaskCompletionSource open = Opened();

        public Task Passing => Volatile.Read(ref open).Task;

        public void Set(bool isOpen)
        {
            if (isOpen)
                open.TrySetResult();
            else if (open.Task.IsCompleted)
                Volatile.Write(ref open, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        static TaskCompletionSource Opened()
        {
            var opened = new TaskCompletionSource();
            opened.SetResult();
            return opened;
        }
    }

    /// <summary>Calls when the door is open.</summary>
    sealed class Patient(ICaller caller, Door door) : ICaller
    {
        public async Task<int> Call()
        {
            await door.Passing;
            return await caller.Call();
        }

        public ValueTask DisposeAsync() => caller.DisposeAsync();
    }

    const string KeptOwnerSql = "select count(*) from payments.callbacks where status = 'received' and next_at is not null";

    const string TimesOwnerSql = """
        select coalesce(percentile_cont(0.5) within group (order by took), 0), coalesce(percentile_cont(0.99) within group (order by took), 0)
          from (select extract(epoch from done_at - received_at)::float8 * 1000 as took from payments.callbacks where received_at >= $1) t
        """;

    const string CheckOwnerSql = """
        select (select count(*) from payments.callbacks), (select count(*) from payments.callbacks where status = 'done'),
               (select count(*) from payments.funding_sessions where status = 'completed'),
               (select coalesce(sum(change), 0) from payments.rail_movements)
        """;

    /// <summary>What the program is called with to be the server.</summary>
    public const string Command = "callbacks-hazina";
}
