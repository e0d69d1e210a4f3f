using Npgsql;

namespace Hazina.Platform.Postgres.Embedded;

/// <summary>
/// A private PostgreSQL that lives as long as this object: reached by a Unix socket that only its owner can enter, on disk with checksums and durable
/// settings, started again when it crashes, stopped when this process ends, whichever way that happens.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    static readonly TimeSpan StopPatience = TimeSpan.FromMinutes(2),
        LongestPause = TimeSpan.FromSeconds(10);

    readonly EmbeddedPostgresOptions options;
    readonly ClusterHome home;
    readonly string socketFolder;
    readonly CancellationTokenSource stopping = new();
    ServerProcess? server;
    Task watch = Task.CompletedTask;

    EmbeddedPostgres(EmbeddedPostgresOptions options, ClusterHome home, PostgresBinaries binaries)
    {
        (this.options, this.home, Binaries) = (options, home, binaries);
        socketFolder = SocketFolder.Create();
        ConnectionString = SocketFolder.ConnectionString(socketFolder);
    }

    /// <summary>For Npgsql: the superuser, on the database <c>hazina</c>. It stays the same when the server is started again.</summary>
    public string ConnectionString { get; }

    public PostgresBinaries Binaries { get; }

    /// <summary>The folder of the cluster itself.</summary>
    public string ClusterFolder => home.Cluster;

    /// <summary>The process of the server, or null while there is none.</summary>
    public int? ProcessId => Leftovers.Postmaster(home.Cluster);

    /// <summary>Starts the server of a data folder, and makes the cluster first where there is none.</summary>
    /// <exception cref="EmbeddedPostgresException">There is no PostgreSQL, the folder is in use or cannot be used, or the server does not start.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, CancellationToken ct)
    {
        var taken = await ClusterHome.TakeAsync(options.DataFolder, ct);
        EmbeddedPostgres? postgres = null;
        try
        {
            var binaries = await BinariesForAsync(taken, options, ct);
            await Leftovers.ClearAsync(taken.Cluster, options.Progress, ct);
            await Cluster.PrepareAsync(taken, binaries, options, ct);
            postgres = new EmbeddedPostgres(options, taken, binaries);
            await postgres.LaunchAsync(ct);
            await postgres.CreateDatabaseAsync(ct);
            postgres.watch = postgres.WatchAsync();
            return postgres;
        }
        catch
        {
            await (postgres?.StopAsync() ?? Task.CompletedTask);
            taken.Dispose();
            throw;
        }
    }

    internal static async Task<PostgresBinaries> BinariesForAsync(ClusterHome home, EmbeddedPostgresOptions options, CancellationToken ct)
    {
        var named = options.Postgres ?? Environment.GetEnvironmentVariable(PostgresBinaries.Variable);
        var folder = options.BinariesFolder ?? options.DataFolder;
        Directory.CreateDirectory(folder);
        // What is fetched must lie where the user who runs it can go.
        folder = await home.User.CanEnterAsync(folder, ct) ? folder : ClusterHome.RootsPlace;
        var binaries = await PostgresBinaries.FindAsync(named, Path.GetFullPath(folder), ct);
        var answer = await home.User.RunAsync([binaries.Program("postgres"), "--version"], ct);
        return answer.Ok
            ? binaries
            : throw new EmbeddedPostgresException(
                $"The PostgreSQL in {binaries.Folder} cannot be run by the user who must run it: {answer.Complaint}"
            );
    }

    async Task LaunchAsync(CancellationToken ct)
    {
        await SocketFolder.GiveAsync(socketFolder, home.User, ct);
        ServerLog.Rotate(home.Log);
        server?.Dispose();
        server = ServerProcess.Start(home, Binaries, socketFolder);
        var started = TimeProvider.System.GetTimestamp();
        var told = false;
        while (!await AnswersAsync(ct))
        {
            if (server.HasExited)
            {
                throw new EmbeddedPostgresException($"PostgreSQL does not start in {home.Folder}: {ServerLog.Complaint(home.Log)}");
            }

            if (!told && TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(3))
            {
                told = true;
                options.Progress?.Invoke("PostgreSQL is recovering what a crash has left");
            }

            await Task.Delay(20, ct);
        }
    }

    async Task<bool> AnswersAsync(CancellationToken ct)
    {
        if (!File.Exists(Path.Combine(socketFolder, ".s.PGSQL.5432")))
        {
            return false;
        }

        try
        {
            await using var connection = await ConnectAsync("postgres", ct);
            return true;
        }
        catch (NpgsqlException)
        {
            return false; // starting up, or recovering
        }
    }

    async Task<NpgsqlConnection> ConnectAsync(string database, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(ConnectionString) { Database = database, Pooling = false }.ConnectionString
        );
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    async Task CreateDatabaseAsync(CancellationToken ct)
    {
        await using var connection = await ConnectAsync("postgres", ct);
        await using var exists = new NpgsqlCommand(DatabaseExistsOwnerSql, connection);
        if (await exists.ExecuteScalarAsync(ct) is null)
        {
            await using var create = new NpgsqlCommand(CreateDatabaseOwnerSql, connection);
            await create.ExecuteNonQueryAsync(ct);
        }
    }

    /// <summary>Starts the server again when it ends by itself, more slowly while it keeps ending.</summary>
    async Task WatchAsync()
    {
        var pause = TimeSpan.Zero;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var started = TimeProvider.System.GetTimestamp();
                await server!.Exited(stopping.Token);
                pause = TimeProvider.System.GetElapsedTime(started) > LongestPause ? TimeSpan.Zero : pause;
                options.Progress?.Invoke("PostgreSQL has ended unexpectedly and is started again");
                await Task.Delay(pause, stopping.Token);
                pause = TimeSpan.FromSeconds(Math.Min(pause.TotalSeconds * 2 + 0.1, LongestPause.TotalSeconds));
                await Leftovers.ClearAsync(home.Cluster, progress: null, stopping.Token);
                await LaunchAsync(stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (EmbeddedPostgresException e)
            {
                options.Progress?.Invoke(e.Message);
            }
        }
    }

    /// <summary>Stops the server: open transactions are rolled back, everything is on disk, and the data folder is free for the next.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        await stopping.CancelAsync();
        await watch;
        await StopAsync();
        home.Dispose();
        stopping.Dispose();
    }

    async Task StopAsync()
    {
        if (server is not null)
        {
            server.AskToStop();
            using var patience = new CancellationTokenSource(StopPatience);
            try
            {
                await server.Exited(patience.Token);
            }
            catch (OperationCanceledException)
            {
                await Leftovers.ClearAsync(home.Cluster, options.Progress, CancellationToken.None);
            }

            server.Dispose();
        }

        SocketFolder.Delete(socketFolder);
    }

    const string DatabaseExistsOwnerSql = "select 1 from pg_database where datname = 'hazina'";
    const string CreateDatabaseOwnerSql = "create database hazina";
}
