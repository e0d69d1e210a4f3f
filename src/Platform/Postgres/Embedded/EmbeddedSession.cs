using Npgsql;

namespace Hazina.Platform.Postgres.Embedded;

/// <summary>
/// The use of a data folder's database for the length of one command: the server that is running already, another process's, or one of our own that is
/// stopped at the end.
/// </summary>
public sealed class EmbeddedSession : IAsyncDisposable
{
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    readonly EmbeddedPostgres? own;

    EmbeddedSession(string connectionString, EmbeddedPostgres? own) => (ConnectionString, this.own) = (connectionString, own);

    /// <summary>For Npgsql: the superuser, on the database <c>hazina</c>.</summary>
    public string ConnectionString { get; }

    /// <summary>Whether another process runs the server, and goes on with it afterwards.</summary>
    public bool Joined => own is null;

    /// <exception cref="EmbeddedPostgresException">The database can neither be joined nor started.</exception>
    public static async Task<EmbeddedSession> OpenAsync(EmbeddedPostgresOptions options, CancellationToken ct)
    {
        var until = TimeProvider.System.GetUtcNow() + StartPatience;
        while (true)
        {
            try
            {
                var started = await EmbeddedPostgres.StartAsync(options, ct);
                return new EmbeddedSession(started.ConnectionString, started);
            }
            catch (EmbeddedPostgresException e) when (e.InUse)
            {
                if (await RunningAsync(options.DataFolder, ct) is { } running)
                {
                    return new EmbeddedSession(running, own: null);
                }

                if (TimeProvider.System.GetUtcNow() > until)
                {
                    throw;
                }

                await Task.Delay(100, ct); // it is starting, or stopping
            }
        }
    }

    static async Task<string?> RunningAsync(string dataFolder, CancellationToken ct)
    {
        try
        {
            // The fifth line of postmaster.pid is the folder of the socket, the eighth the state.
            var lines = await File.ReadAllLinesAsync(Path.Combine(ClusterHome.PathIn(dataFolder), "cluster", "postmaster.pid"), ct);
            if (lines.Length < 8 || lines[7].Trim() != "ready")
            {
                return null;
            }

            var found = SocketFolder.ConnectionString(lines[4]);
            await using var connection = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(found) { Pooling = false }.ConnectionString
            );
            await connection.OpenAsync(ct);
            return found;
        }
        catch (Exception e) when (e is IOException or NpgsqlException)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync() => own?.DisposeAsync() ?? ValueTask.CompletedTask;
}
