using Hazina.Platform.Postgres.Embedded;

namespace Hazina.Testing;

/// <summary>
/// One PostgreSQL for a whole test process: started by the first who asks, in a temporary folder, without fsync; stopped and deleted when the tests are
/// over, or at the latest when the process ends.
/// </summary>
public static class TestPostgres
{
    static readonly Lazy<TemporaryFolder> Folder = new(() => new TemporaryFolder());
    static readonly Lazy<Task<EmbeddedPostgres>> Server = new(StartAsync);
    static readonly Lazy<Task> Stopped = new(async () =>
    {
        if (!Server.IsValueCreated || Server.Value.IsFaulted)
            return;
        await (await Server.Value).DisposeAsync();
        Folder.Value.Dispose();
    });

    /// <summary>Settings for a server that is thrown away.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } =
        new Dictionary<string, string>
        {
            ["max_connections"] = "600",
            ["shared_buffers"] = "128MB",
            ["max_wal_size"] = "1GB",
            // The tests of a project run side by side, and some stop in a debugger.
            ["idle_in_transaction_session_timeout"] = "0",
        };

    /// <summary>Where a PostgreSQL that had to be fetched is kept from run to run.</summary>
    public static string BinariesFolder { get; } =
        Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create),
            "hazina"
        );

    public static Task<EmbeddedPostgres> StartedAsync() => Server.Value;

    /// <summary>For who runs the tests, once they are over.</summary>
    public static Task StopAsync() => Stopped.Value;

    static async Task<EmbeddedPostgres> StartAsync()
    {
        var postgres = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions
            {
                DataFolder = Folder.Value.Path,
                BinariesFolder = BinariesFolder,
                Durable = false,
                Settings = Settings,
            },
            CancellationToken.None
        );
        // Where nobody called StopAsync. The runner waits a second for the process to end, and gives up on it after ten.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => StopAsync().GetAwaiter().GetResult();
        return postgres;
    }
}
