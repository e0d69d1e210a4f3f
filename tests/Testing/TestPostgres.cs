using Hazina.Platform.Postgres.Embedded;

namespace Hazina.Testing;

/// <summary>
/// One PostgreSQL for a whole test process: started by the first who asks, in a temporary folder, without fsync; stopped and deleted when the process
/// ends. What a killed run has left is deleted by the next.
/// </summary>
public static class TestPostgres
{
    const string Prefix = "hazina-tests-";

    static readonly Lazy<Task<EmbeddedPostgres>> Server = new(StartAsync);

    public static Task<EmbeddedPostgres> StartedAsync() => Server.Value;

    static async Task<EmbeddedPostgres> StartAsync()
    {
        Sweep();
        var folder = Directory.CreateTempSubdirectory($"{Prefix}{Environment.ProcessId}-").FullName;
        // As root the server runs as another user, who must be able to come through.
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var postgres = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions
            {
                DataFolder = folder,
                BinariesFolder = BinariesFolder,
                Durable = false,
                Settings = new Dictionary<string, string>
                {
                    ["max_connections"] = "300",
                    ["shared_buffers"] = "128MB",
                    ["max_wal_size"] = "1GB",
                    // The tests of a project run side by side, and some stop in a debugger.
                    ["idle_in_transaction_session_timeout"] = "0",
                },
            },
            CancellationToken.None);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            postgres.DisposeAsync().AsTask().GetAwaiter().GetResult();
            Directory.Delete(folder, recursive: true);
        };
        return postgres;
    }

    /// <summary>Where a PostgreSQL that had to be fetched is kept from run to run.</summary>
    public static string BinariesFolder { get; } = Directory.CreateDirectory(
        Path.Combine(Path.GetTempPath(), $"hazina-postgres-{Environment.UserName}")).FullName;

    static void Sweep()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var owner = Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (!Directory.Exists($"/proc/{owner}"))
            {
                try
                {
                    Directory.Delete(folder, recursive: true);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Another user's, or another run is sweeping it right now.
                }
            }
        }
    }
}
