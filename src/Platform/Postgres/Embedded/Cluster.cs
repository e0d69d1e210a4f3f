using System.Globalization;

namespace Hazina.Platform.Postgres.Embedded;

/// <summary>The files of a cluster: made once, its settings written at each start.</summary>
static class Cluster
{
    /// <summary>The superuser and the database of an embedded cluster.</summary>
    public const string Name = "hazina";

    public static async Task PrepareAsync(
        ClusterHome home,
        PostgresBinaries binaries,
        EmbeddedPostgresOptions options,
        CancellationToken ct
    )
    {
        var version = Path.Combine(home.Cluster, "PG_VERSION");
        if (!File.Exists(version))
        {
            options.Progress?.Invoke($"Making a database in {home.Folder} (PostgreSQL {binaries.Version})");
            await InitialiseAsync(home, binaries, options.Durable, ct);
        }

        RequireSameMajor((await File.ReadAllTextAsync(version, ct)).Trim(), binaries, home.Folder);
        var settings = Settings(options, await HasLz4Async(home, binaries, ct), await HasSharedMemoryAsync(home, ct));
        await WriteAsync(home, "pg_hba.conf", "local all all trust\nlocal replication all trust\n", ct);
        await WriteAsync(home, "postgresql.conf", settings, ct);
    }

    public static void RequireSameMajor(string major, PostgresBinaries binaries, string folder)
    {
        if (major != binaries.Major.ToString(CultureInfo.InvariantCulture))
        {
            throw new EmbeddedPostgresException(
                $"The database in {folder} was made by PostgreSQL {major}, but the one found is {binaries.Version} ({binaries.Folder}). "
                    + $"Install PostgreSQL {major} again, or name one with {PostgresBinaries.Variable}."
            );
        }
    }

    static async Task InitialiseAsync(ClusterHome home, PostgresBinaries binaries, bool durable, CancellationToken ct)
    {
        // Made beside its place and moved there whole: an interrupted initdb leaves nothing that looks finished.
        var scratch = home.Cluster + ".new";
        if (Directory.Exists(scratch))
        {
            Directory.Delete(scratch, recursive: true);
        }

        // Text sorts by code point on every machine, so that no upgrade of a library breaks an index; upper and lower know Unicode all the same.
        string[] locale =
            binaries.Major >= 17
                ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
                : ["--locale=C", "--lc-ctype=C.UTF-8"];
        string[] command =
        [
            binaries.Program("initdb"),
            "-D",
            scratch,
            "-U",
            Name,
            "--data-checksums",
            "--encoding=UTF8",
            "--auth=trust",
            "--no-instructions",
        ];
        var answer = await home.User.RunAsync([.. command, .. locale, .. durable ? Array.Empty<string>() : ["--no-sync"]], ct);
        if (!answer.Ok)
        {
            throw new EmbeddedPostgresException($"PostgreSQL could not make its files in {home.Folder}: {answer.Complaint}");
        }

        await File.WriteAllTextAsync(
            Path.Combine(scratch, "local.conf"),
            "# Settings of your own: they win over Hazina's in postgresql.conf.\n",
            ct
        );
        await home.User.TakeAsync(Path.Combine(scratch, "local.conf"), ct);
        Directory.Move(scratch, home.Cluster);
    }

    static async Task<bool> HasLz4Async(ClusterHome home, PostgresBinaries binaries, CancellationToken ct) =>
        (
            await home.User.RunAsync(
                [binaries.Program("postgres"), "-D", home.Cluster, "-c", "wal_compression=lz4", "-C", "wal_compression"],
                ct
            )
        ).Ok;

    /// <summary>Some containers close /dev/shm to ordinary users.</summary>
    static async Task<bool> HasSharedMemoryAsync(ClusterHome home, CancellationToken ct) =>
        (await home.User.RunAsync(["test", "-w", "/dev/shm"], ct)).Ok;

    static async Task WriteAsync(ClusterHome home, string name, string content, CancellationToken ct)
    {
        var path = Path.Combine(home.Cluster, name);
        await File.WriteAllTextAsync(path + ".new", content, ct);
        File.SetUnixFileMode(path + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await home.User.TakeAsync(path + ".new", ct);
        File.Move(path + ".new", path, overwrite: true);
    }

    static string Settings(EmbeddedPostgresOptions options, bool lz4, bool sharedMemory)
    {
        var quarter = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 / 1024 / 1024;
        var settings = new Dictionary<string, string>
        {
            ["listen_addresses"] = "",
            ["unix_socket_permissions"] = "0700",
            ["max_connections"] = "100",
            ["shared_buffers"] = $"{Math.Clamp(quarter, 64, 1024)}MB",
            ["effective_cache_size"] = $"{Math.Max(quarter * 2, 128)}MB",
            ["maintenance_work_mem"] = "128MB",
            ["wal_level"] = "replica",
            ["dynamic_shared_memory_type"] = sharedMemory ? "posix" : "sysv",
            ["wal_compression"] = lz4 ? "lz4" : "on",
            ["max_wal_size"] = "4GB",
            ["min_wal_size"] = "256MB",
            ["checkpoint_timeout"] = "10min",
            ["checkpoint_completion_target"] = "0.9",
            ["random_page_cost"] = "1.1",
            ["idle_in_transaction_session_timeout"] = "60s",
            ["password_encryption"] = "scram-sha-256",
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
            ["log_line_prefix"] = "%m [%p] %u ",
            ["log_checkpoints"] = "off",
            // A crash is answered by a start of ours, which is told; PostgreSQL's own restart after a backend's crash stays on.
            ["restart_after_crash"] = "on",
        };
        foreach (var name in new[] { "fsync", "synchronous_commit", "full_page_writes" })
        {
            settings[name] = options.Durable ? "on" : "off";
        }

        foreach (var (name, value) in options.Settings)
        {
            settings[name] = value;
        }

        return "# Written by Hazina at every start. Settings of your own go into local.conf beside this file and win.\n"
            + string.Concat(settings.Select(setting => $"{setting.Key} = '{setting.Value.Replace("'", "''", StringComparison.Ordinal)}'\n"))
            + "include_if_exists = 'local.conf'\n";
    }
}
