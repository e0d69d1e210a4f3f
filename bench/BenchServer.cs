using Hazina.Platform.Postgres.Embedded;
using Npgsql;

namespace Hazina.Bench;

/// <summary>
/// The embedded PostgreSQL with the durable settings that Hazina ships, in a temporary folder, gone when done. All systems are measured
/// on it in turn.
/// </summary>
sealed class BenchServer : IAsyncDisposable
{
    const string Prefix = "hazina-bench-";
    readonly EmbeddedPostgres postgres;

    BenchServer(EmbeddedPostgres postgres, string folder) => (this.postgres, Folder) = (postgres, folder);

    /// <summary>For Npgsql, as the superuser. Connections are not pooled: one that idles would still cost the next system something.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Pooling = false }.ConnectionString;

    /// <summary>On the same disk as the database.</summary>
    public string Folder { get; }

    public int ProcessId => postgres.ProcessId ?? throw new InvalidOperationException("PostgreSQL has gone.");

    public static async Task<BenchServer> Start(CancellationToken stop)
    {
        Sweep();
        var folder = NewFolder();
        // As root the server runs as another user, who must be able to come through.
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        try
        {
            var options = new EmbeddedPostgresOptions
            {
                DataFolder = folder,
                BinariesFolder = BinariesFolder,
                // The one setting that differs: the peers have a connection a caller.
                Settings = new Dictionary<string, string> { ["max_connections"] = "200" },
            };
            return new BenchServer(await EmbeddedPostgres.StartAsync(options, stop), folder);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>One that <see cref="Sweep"/> finds when this process did not come to delete it.</summary>
    public static string NewFolder() => Directory.CreateTempSubdirectory($"{Prefix}{Environment.ProcessId}-").FullName;

    /// <summary>Where the launcher keeps a PostgreSQL that it had to fetch.</summary>
    static string BinariesFolder =>
        Environment.GetEnvironmentVariable("HAZINA_DATA") is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Path.Combine(Environment.GetEnvironmentVariable("HAZINA_HOME") ?? Environment.CurrentDirectory, ".hazina");

    /// <summary>Deletes what a killed bench has left: it may be gigabytes.</summary>
    static void Sweep()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            if (Directory.Exists($"/proc/{Path.GetFileName(folder)[Prefix.Length..].Split('-')[0]}"))
                continue;
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, or another bench is sweeping it right now.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await postgres.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
