using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Hazina.Bench;

/// <summary>What the figures were measured on.</summary>
/// <param name="Cores">That this process may use; the load, PostgreSQL and Hazina share them.</param>
/// <param name="Model">The processor's name for itself.</param>
/// <param name="MemoryGb">In all.</param>
/// <param name="FsyncMs">Median time of one 8 KiB write made durable, on the disk that holds the database.</param>
/// <param name="Runtime">.NET's version.</param>
/// <param name="Postgres">PostgreSQL's version.</param>
/// <param name="Settings">The server's settings that matter here, the same for all.</param>
sealed record Machine(
    int Cores,
    string Model,
    double MemoryGb,
    double FsyncMs,
    string Runtime,
    string Postgres,
    IReadOnlyDictionary<string, string> Settings
)
{
    public static async Task<Machine> Look(NpgsqlDataSource server, string dataFolder, CancellationToken stop)
    {
        await using var version = server.CreateCommand("show server_version");
        var postgres = (string)(await version.ExecuteScalarAsync(stop))!;

        var settings = new Dictionary<string, string>();
        await using var command = server.CreateCommand(SettingsSql);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            settings.Add(reader.GetString(0), reader.GetString(1));

        var memory = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30), 1);
        var fsync = Math.Round(Fsync(dataFolder), 3);
        var machine = new Machine(
            Environment.ProcessorCount,
            Processor(),
            memory,
            fsync,
            Environment.Version.ToString(),
            postgres,
            settings
        );
        return machine.IsDurable
            ? machine
            : throw new InvalidOperationException("The server is not durable; its figures would mean nothing.");
    }

    /// <summary>Without these everyone is fast and nothing is kept.</summary>
    bool IsDurable =>
        Settings["fsync"] == "on"
        && Settings["synchronous_commit"] == "on"
        && Settings["full_page_writes"] == "on"
        && Settings["data_checksums"] == "on";

    static string Processor()
    {
        const string Info = "/proc/cpuinfo";
        var line = File.Exists(Info)
            ? File.ReadLines(Info).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? "unknown";
    }

    static double Fsync(string folder)
    {
        const int Times = 51;
        var path = Path.Combine(folder, "fsync.tmp");
        var block = new byte[8192];
        var took = new double[Times];
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0, FileOptions.DeleteOnClose))
        {
            for (var i = 0; i < Times; i++)
            {
                var start = Stopwatch.GetTimestamp();
                file.Position = 0;
                file.Write(block);
                file.Flush(flushToDisk: true);
                took[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        Array.Sort(took);
        return took[Times / 2];
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Cores} cores, {Model}, {MemoryGb} GB, fsync {FsyncMs} ms, .NET {Runtime}, PostgreSQL {Postgres}"
        );

    const string SettingsSql = """
        select name, current_setting(name) from pg_settings
        where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'shared_buffers', 'wal_buffers', 'max_wal_size',
            'wal_compression', 'wal_level', 'checkpoint_timeout', 'commit_delay', 'max_connections', 'jit', 'autovacuum')
        order by name
        """;
}
