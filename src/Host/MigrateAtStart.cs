using System.Net.Sockets;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hazina.Host;

/// <summary>The first service to start: waits for the database if need be, and brings it to this program's shape.</summary>
sealed partial class MigrateAtStart(Database database, ServerOptions options, TimeProvider time, ILogger<MigrateAtStart> logger)
    : IHostedService
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (; ; )
        {
            try
            {
                foreach (var script in await new Migrator(database).Migrate(Modules.Schemas, cancellationToken))
                    Applied(logger, script);
                return;
            }
            catch (NpgsqlException e) when (MayComeUp(e))
            {
                if (time.GetElapsedTime(started) > options.DatabasePatience)
                    throw new StartException($"The database cannot be reached: {e.InnerException?.Message ?? e.Message}", e);
                Waiting(logger, e.InnerException?.Message ?? e.Message);
                await Task.Delay(Pause, time, cancellationToken);
            }
            catch (NpgsqlException e)
            {
                throw new StartException($"The database cannot be used: {e.Message}", e);
            }
            catch (MigrationException e)
            {
                throw new StartException(e.Message, e);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    static bool MayComeUp(NpgsqlException e) =>
        e is PostgresException { IsTransient: true } || e.InnerException is SocketException or IOException or TimeoutException;

    [LoggerMessage(100, LogLevel.Information, "Applied {Script}")]
    static partial void Applied(ILogger logger, string script);

    [LoggerMessage(101, LogLevel.Warning, "The database does not answer yet: {Reason}")]
    static partial void Waiting(ILogger logger, string reason);
}
