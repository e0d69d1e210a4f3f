using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Npgsql;

namespace Hazina.Platform.Postgres.Embedded;

/// <summary>What a backup says about itself, in its last entry: a backup without it was cut short.</summary>
/// <param name="Postgres">The version of the server it was taken from; a restore needs the same major version.</param>
/// <param name="TakenAt">When the copy was complete: the state that a restore brings back.</param>
/// <param name="Files">How many files it holds.</param>
/// <param name="Bytes">Their size, unpacked.</param>
public sealed record BackupSummary(string Postgres, DateTimeOffset TakenAt, long Files, long Bytes);

/// <summary>
/// A backup of an embedded database while it is serving: PostgreSQL's own online backup, its files and the log that was written meanwhile, in one
/// <c>.tar.gz</c>. It needs none of PostgreSQL's client programs, which the npm build lacks.
/// </summary>
public static class EmbeddedBackup
{
    internal const string Folder = "cluster/",
        BesideFolder = "data/",
        SummaryName = "hazina-backup.json";

    /// <summary>What a running server rebuilds, or what must not be copied from it. The folders themselves are kept, empty.</summary>
    static readonly HashSet<string> Emptied =
    [
        "pg_wal",
        "pg_dynshmem",
        "pg_notify",
        "pg_replslot",
        "pg_serial",
        "pg_snapshots",
        "pg_stat_tmp",
        "pg_subtrans",
        "pgsql_tmp",
    ];

    static readonly HashSet<string> Left =
    [
        "postmaster.pid",
        "postmaster.opts",
        "pg_internal.init",
        "backup_label",
        "tablespace_map",
        "current_logfiles",
    ];

    /// <summary>Writes a backup of a data folder's database, whether it is being served or not.</summary>
    /// <param name="options">The database, and what goes along with it.</param>
    /// <param name="file">Where to; only complete backups appear there. It is the owner's alone to read.</param>
    /// <param name="progress">Told how many bytes of the whole are done.</param>
    /// <param name="ct">Ends it early; nothing is left.</param>
    /// <exception cref="EmbeddedPostgresException">The database cannot be used.</exception>
    public static async Task<BackupSummary> WriteAsync(
        EmbeddedPostgresOptions options,
        string file,
        Action<long, long>? progress,
        CancellationToken ct
    )
    {
        await using var session = await EmbeddedSession.OpenAsync(options, ct);
        var scratch = $"{file}.{Environment.ProcessId}.part";
        try
        {
            BackupSummary summary;
            await using (
                var target = new FileStream(
                    scratch,
                    new FileStreamOptions
                    {
                        Mode = FileMode.Create,
                        Access = FileAccess.Write,
                        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    }
                )
            )
            {
                await using (var zipped = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
                await using (var archive = new TarWriter(zipped, TarEntryFormat.Pax, leaveOpen: true))
                {
                    var copy = new Copy(archive, progress);
                    await copy.BesideAsync(options, options.Beside, ct);
                    summary = await copy.RunAsync(session.ConnectionString, options, ct);
                }

                target.Flush(flushToDisk: true);
            }

            File.Move(scratch, file, overwrite: true);
            return summary;
        }
        finally
        {
            File.Delete(scratch);
        }
    }

    sealed class Copy(TarWriter archive, Action<long, long>? progress)
    {
        long files,
            bytes,
            total;

        /// <summary>Keys before the database, so that it speaks of nothing that the copy does not have; files after it, for the same reason.</summary>
        public async Task BesideAsync(EmbeddedPostgresOptions options, IReadOnlyList<string> names, CancellationToken ct)
        {
            foreach (var folder in names.Select(name => Path.Combine(options.DataFolder, name)).Where(Directory.Exists))
            {
                foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                {
                    await FileAsync(path, BesideFolder + Path.GetRelativePath(options.DataFolder, path), ct);
                }
            }
        }

        public async Task<BackupSummary> RunAsync(string connectionString, EmbeddedPostgresOptions options, CancellationToken ct)
        {
            // One session from start to end: PostgreSQL gives the backup up when it goes, and so does the hold on the log.
            await using var connection = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString
            );
            await connection.OpenAsync(ct);
            var cluster = await ReadAsync(connection, "SHOW data_directory", ct);
            total = Directory.EnumerateFiles(cluster, "*", SearchOption.AllDirectories).Sum(SizeOf);
            await ReadAsync(connection, HoldLogOwnerSql, ct);
            var start = await ReadAsync(connection, StartOwnerSql, ct);
            await FolderAsync(cluster, "", ct);
            // The control file goes last, as PostgreSQL's own tool does it: it must not be older than what it speaks of.
            await FileAsync(Path.Combine(cluster, "global", "pg_control"), Folder + "global/pg_control", ct);
            var (label, stop) = await StopAsync(connection, ct);
            await TextAsync(Folder + "backup_label", label, ct);
            await LogAsync(Path.Combine(cluster, "pg_wal"), start, stop, ct);
            await BesideAsync(options, options.After, ct);
            var summary = new BackupSummary(
                (await ReadAsync(connection, "SHOW server_version", ct)).Split(' ')[0],
                TimeProvider.System.GetUtcNow(),
                files,
                bytes
            );
            await TextAsync(SummaryName, JsonSerializer.Serialize(summary, JsonSerializerOptions.Web), ct);
            return summary;
        }

        async Task FolderAsync(string folder, string name, CancellationToken ct)
        {
            await archive.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, Folder + name), ct);
            if (Emptied.Contains(Path.GetFileName(name.TrimEnd('/'))))
            {
                if (name == "pg_wal/")
                {
                    await archive.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, Folder + "pg_wal/archive_status/"), ct);
                }

                return;
            }

            foreach (var path in Entries(folder))
            {
                var inside = name + Path.GetFileName(path);
                if (Directory.Exists(path))
                {
                    await FolderAsync(path, inside + "/", ct);
                }
                else if (!Left.Contains(Path.GetFileName(path)) && inside != "global/pg_control")
                {
                    await FileAsync(path, Folder + inside, ct);
                }
            }
        }

        static string[] Entries(string folder)
        {
            try
            {
                return Directory.GetFileSystemEntries(folder);
            }
            catch (DirectoryNotFoundException)
            {
                return []; // a database that was dropped meanwhile; the log knows
            }
        }

        async Task FileAsync(string path, string name, CancellationToken ct)
        {
            SteadyFile content;
            try
            {
                content = new SteadyFile(path);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return; // a table that was dropped meanwhile; the log knows
            }

            await using (content)
            {
                await archive.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content }, ct);
                files++;
                bytes += content.Length;
                progress?.Invoke(bytes, Math.Max(total, bytes));
            }
        }

        async Task LogAsync(string folder, string start, string stop, CancellationToken ct)
        {
            var segments = Directory
                .GetFiles(folder)
                .Select(path => Path.GetFileName(path)!)
                .Order(StringComparer.Ordinal)
                .Where(name =>
                    name.Length == start.Length && string.CompareOrdinal(start, name) <= 0 && string.CompareOrdinal(name, stop) <= 0
                )
                .ToList();
            if (segments.FirstOrDefault() != start || segments[^1] != stop)
            {
                throw new EmbeddedPostgresException($"PostgreSQL has not kept the log from {start} to {stop} that the backup needs.");
            }

            foreach (var segment in segments)
            {
                await FileAsync(Path.Combine(folder, segment), Folder + "pg_wal/" + segment, ct);
            }
        }

        async Task TextAsync(string name, string text, CancellationToken ct)
        {
            using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
            await archive.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content }, ct);
        }

        static async Task<(string Label, string LastSegment)> StopAsync(NpgsqlConnection connection, CancellationToken ct)
        {
            await using var command = new NpgsqlCommand(StopOwnerSql, connection);
            await using var row = await command.ExecuteReaderAsync(ct);
            await row.ReadAsync(ct);
            return (row.GetString(0), row.GetString(1));
        }

        static async Task<string> ReadAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return Convert.ToString(await command.ExecuteScalarAsync(ct)) ?? "";
        }

        static long SizeOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

        const string HoldLogOwnerSql =
            "select slot_name from pg_create_physical_replication_slot('hazina_backup_' || pg_backend_pid(), true, true)";
        const string StartOwnerSql = "select pg_walfile_name(pg_backup_start('hazina', fast => true))";
        const string StopOwnerSql = "select labelfile, pg_walfile_name(lsn) from pg_backup_stop(false)";
    }
}
