using Hazina.Payments.Providers;
using Hazina.Simulator;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Payments.Tests.Faults;

/// <summary>A server that ends in the middle of its work, and is started on the same database, while the rails go on without it. All hurry.</summary>
public sealed class MortalServer : PaymentsServer
{
    TestDatabase? database;

    public MortalServer()
        : base(RailPorts.New(), Hurried) { }

    static Dictionary<string, string?> Hurried =>
        new(StringComparer.Ordinal)
        {
            // What breaks off is told as a warning each time.
            ["log_level"] = "None",
            ["Payments:Reconciliation:Grace"] = "00:00:00",
            ["Payments:Providers:Timeout"] = "00:00:00.8",
            ["Payments:Providers:Lease"] = "00:00:01.5",
            ["Payments:Providers:QueryAfter"] = "00:00:00.3",
            ["Payments:Providers:CollectDeadline"] = "00:00:04",
        };

    protected override RailSimulatorOptions Suited(RailSimulatorOptions options) => Hurry(options);

    public static RailSimulatorOptions Hurry(RailSimulatorOptions options) =>
        options with
        {
            // Amounts tell lives apart here.
            BehaviourByAmount = false,
            Timing = SimulatorTiming.Fast with { LateAfter = TimeSpan.FromSeconds(1), SlowFor = TimeSpan.FromSeconds(1.2) },
        };

    protected override async Task<HazinaApp> Start(IReadOnlyDictionary<string, string?> settings)
    {
        database ??= await HazinaDatabase.CreateAsync();
        return await HazinaApp.StartAsync(database, settings);
    }

    /// <summary>Also while no server is there.</summary>
    public override async Task<NpgsqlConnection> Owner()
    {
        await App;
        var connection = new NpgsqlConnection(database!.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    internal async Task<CrashPoints> Points() => (await App).Services.GetRequiredService<CrashPoints>();

    /// <summary>Another comes in its place. What the first was at has broken off at the latest at its next place; meanwhile nobody hears callbacks.</summary>
    public Task Replace() => Restart();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (database is not null)
            await database.DisposeAsync();
    }
}
