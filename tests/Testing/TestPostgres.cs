using Hazina.Platform.Postgres.Embedded;

namespace Hazina.Testing;

/// <summary>
/// One PostgreSQL for a whole test process: started by the first who asks, in a temporary folder, without fsync; stopped and deleted when the process
/// ends.
/// </summary>
public static class TestPostgres
{
    static readonly Lazy<Task<EmbeddedPostgres>> Server = new(StartAsync);

    /// <summary>Settings for a server that is thrown away.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } =
        new Dictionary<string, string>
        {
            ["max_connections"] = "300",
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

    static async Task<EmbeddedPostgres> StartAsync()
    {
        var folder = new TemporaryFolder();
        var postgres = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions
            {
                DataFolder = folder.Path,
                BinariesFolder = BinariesFolder,
                Durable = false,
                Settings = Settings,
            },
            CancellationToken.None
        );
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            postgres.DisposeAsync().AsTask().GetAwaiter().GetResult();
            folder.Dispose();
        };
        return postgres;
    }
}
