using System.Diagnostics;
using Npgsql;

namespace Hazina.Bench;

/// <summary>A PostgreSQL of the bench's own, durable, in a temporary folder, gone when done. All systems are measured on it in turn.</summary>
sealed class PrivateServer : IAsyncDisposable
{
    readonly string bin;
    readonly string folder;

    PrivateServer(string bin, string folder)
    {
        this.bin = bin;
        this.folder = folder;
        ConnectionString = new NpgsqlConnectionStringBuilder { Host = folder, Username = "postgres", Database = "postgres" }.ConnectionString;
    }

    public string ConnectionString { get; }

    /// <summary>A folder on the same disk as the database.</summary>
    public string Folder => folder;

    public static async Task<PrivateServer> Start(CancellationToken stop)
    {
        var newest = Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
            .Where(path => File.Exists(Path.Combine(path, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
            ?? throw new InvalidOperationException("No PostgreSQL server is installed.");
        var server = new PrivateServer(newest, Directory.CreateTempSubdirectory("hazina-bench-").FullName);
        try
        {
            if (Environment.IsPrivilegedProcess)
                await Execute("chown", ["postgres", server.folder], stop);
            await server.AsOwner("initdb", ["-D", server.Data, "-U", "postgres", "-A", "trust", "-k", "-E", "UTF8", "--locale=C", "--no-instructions"], stop);
            await File.AppendAllTextAsync(Path.Combine(server.Data, "postgresql.conf"), Settings(server.folder), stop);
            await server.AsOwner("pg_ctl", ["-D", server.Data, "-l", Path.Combine(server.folder, "log"), "-w", "start"], stop);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            await AsOwner("pg_ctl", ["-D", Data, "-m", "fast", "-w", "stop"], CancellationToken.None);
        Directory.Delete(folder, recursive: true);
    }

    string Data => Path.Combine(folder, "data");

    /// <summary>PostgreSQL refuses root, so root becomes <c>postgres</c> for it.</summary>
    Task AsOwner(string program, string[] arguments, CancellationToken stop)
    {
        var path = Path.Combine(bin, program);
        return Environment.IsPrivilegedProcess
            ? Execute("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", path, .. arguments], stop)
            : Execute(path, arguments, stop);
    }

    static async Task Execute(string program, string[] arguments, CancellationToken stop)
    {
        // Output goes nowhere rather than into a pipe: the server would inherit the pipe and keep it open.
        using var process = Process.Start("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", program, .. arguments]);
        await process.WaitForExitAsync(stop);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }

    /// <summary>As a careful administrator sets a busy server up; nothing in it trades safety for speed.</summary>
    static string Settings(string folder)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
        return $"""

            listen_addresses = ''
            unix_socket_directories = '{folder}'
            max_connections = 300
            fsync = on
            synchronous_commit = on
            full_page_writes = on
            shared_buffers = {Math.Clamp(memory / 8, 128, 4096)}MB
            wal_buffers = 64MB
            max_wal_size = 16GB
            checkpoint_timeout = 30min

            """;
    }
}
