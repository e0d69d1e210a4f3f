using System.Net;
using System.Security.Cryptography;
using Hazina.Identity;
using Hazina.Platform.Postgres;
using Hazina.Simulator;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Hazina.Payments.Tests.Faults;

/// <summary>
/// Two servers that are processes of their own, on a PostgreSQL with durable commits: any of the three is killed and started again. The rails are outside of
/// them and go on, and whom they call back may be gone.
/// </summary>
sealed class KilledServers : PaymentsServer
{
    static readonly Dictionary<string, string?> Shared = new(StringComparer.Ordinal)
    {
        ["log_level"] = "Error",
        // Of each connection that was lost it says so, and nothing else would be left of what they said last.
        ["Logging:LogLevel:Npgsql"] = "None",
        ["Identity:Pepper"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        ["Identity:StaffNeedsSecondFactor"] = "false",
        ["FieldKeys:Keys"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        ["Idempotency:Hold"] = "00:00:02",
        ["Payments:Reconciliation:Grace"] = "00:00:00",
        ["Payments:Providers:Timeout"] = "00:00:00.8",
        ["Payments:Providers:Lease"] = "00:00:01.5",
        ["Payments:Providers:QueryAfter"] = "00:00:00.3",
        ["Payments:Providers:CollectDeadline"] = "00:00:04",
    };

    readonly TemporaryFolder folder = new();
    readonly MortalPostgres postgres;

    KilledServers(RailPorts ports, MortalPostgres postgres, int seed)
        : base(ports)
    {
        this.postgres = postgres;
        First = Seat("first", ports);
        Second = Seat("second", ports with { Server = RailPorts.Free() });
        Wire = new Wire([First, Second], seed);
    }

    public Seat First { get; }

    public Seat Second { get; }

    public Wire Wire { get; }

    public static async Task<KilledServers> Begin(int seed)
    {
        var servers = new KilledServers(RailPorts.New(), await MortalPostgres.StartAsync(), seed);
        try
        {
            await servers.InitializeAsync();
            await Task.WhenAll(servers.First.StartAsync(), servers.Second.StartAsync());
            await Task.WhenAll(servers.Ready(servers.First), servers.Ready(servers.Second));
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    public async Task KillPostgres()
    {
        await postgres.KillAsync();
        await postgres.ReviveAsync();
    }

    public static async Task Kill(Seat seat)
    {
        await seat.KillAsync();
        await seat.StartAsync();
    }

    /// <summary>It serves, and the database answers it.</summary>
    public Task Ready(Seat seat) =>
        Eventually.TrueAsync(
            async () => await seat.ReadyAsync() == HttpStatusCode.OK,
            $"server {seat.Name} is ready, which said last:\n",
            () => seat.LastWords
        );

    /// <summary>Waits until a server has answered so many more, or nobody asks any more.</summary>
    public static Task Hears(Seat seat, int more, Task callers)
    {
        var goal = seat.Answered + more;
        return Eventually.TrueAsync(
            () => seat.Answered >= goal || callers.IsCompleted,
            $"{more} more answers of server {seat.Name}, which said last:\n",
            () => seat.LastWords
        );
    }

    /// <summary>The ledger from its first row on, and what each server has witnessed of it, by the command line.</summary>
    public async Task Verify()
    {
        foreach (var seat in (Seat[])[First, Second])
        {
            var run = await HazinaProcess.RunAsync(seat.DataFolder, "ledger", "verify", "--database", postgres.OwnerConnectionString);
            Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        }
    }

    /// <summary>Not of the pool: what lies there may have died with the database.</summary>
    public override async Task<NpgsqlConnection> Owner()
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(postgres.OwnerConnectionString) { Pooling = false }.ConnectionString
        );
        await connection.OpenAsync();
        return connection;
    }

    protected override RailSimulatorOptions Suited(RailSimulatorOptions options) => MortalServer.Hurry(options);

    protected override Task<HazinaApp> Start(IReadOnlyDictionary<string, string?> settings) =>
        throw new InvalidOperationException("These servers are other processes.");

    protected override Task Ring() => Task.CompletedTask;

    protected override async Task<Person> SignIn(params string[] roles)
    {
        await using var database = Database.Owned(postgres.OwnerConnectionString);
        return await People.With(
            database,
            new ConfigurationBuilder().AddInMemoryCollection(Shared).Build(),
            people => Person.SignedInAsync(people, postgres.OwnerConnectionString, Wire.Client(), roles)
        );
    }

    Seat Seat(string name, RailPorts ports)
    {
        var settings = SettingsOf(ports, Shared);
        foreach (var (setting, value) in Settings)
            settings.TryAdd(setting, value);
        settings["Files:Folder"] = folder.Inside("files");
        var app = new NpgsqlConnectionStringBuilder(postgres.OwnerConnectionString) { Username = Database.AppLogin };
        return new Seat(name, folder.Inside(name), "--database", app.ConnectionString) { Urls = settings["urls"]!, Settings = settings };
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        // What they said at their end helps who looks for why a test has failed; at this level they say what went wrong alone.
        foreach (var seat in (Seat[])[First, Second])
            TestContext.Current.TestOutputHelper?.WriteLine($"Server {seat.Name} said last: {seat.LastWords}");
        await First.DisposeAsync();
        await Second.DisposeAsync();
        Wire.Dispose();
        await postgres.DisposeAsync();
        folder.Dispose();
    }
}
