using System.Net.Sockets;
using Hazina.Host;
using Hazina.Platform.Postgres.Embedded;
using Hazina.Platform.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;

namespace Hazina.Cli;

/// <summary>From the settings to a server that runs until it is told to stop.</summary>
static class Serving
{
    /// <param name="whenUp">What to do once it serves; false ends it then. Null: nothing, and it goes on.</param>
    public static async Task<int> RunAsync(
        ServeSettings settings,
        Func<WebApplication, CancellationToken, Task<bool>>? whenUp,
        CancellationToken ct
    )
    {
        var options = ServerOptions.From(ServerOptions.Settings(settings.Arguments));
        if (options.Certificate is null && options.Urls.Contains("https:", StringComparison.OrdinalIgnoreCase))
        {
            throw new CommandFailedException($"{options.Urls} needs a certificate: name its file with --certificate.");
        }

        var isOurs = options.ConnectionString is null && options.OwnerConnectionString is null;
        await using var own = isOurs ? await EmbeddedPostgres.StartAsync(DataFolders.Database(settings.DataFolder), ct) : null;
        await using var app = Server.Build(own is null ? options : options with { OwnerConnectionString = own.ConnectionString });
        try
        {
            await StartAsync(app, options.Urls, ct);
            if (settings.SaysWhere)
            {
                // Where the log is JSON, standard output is for programs.
                Action<string> say = options.Log == LogFormat.Json ? Screen.Progress : Screen.Done;
                say($"Hazina serves at {string.Join(", ", app.Urls)} · Ctrl-C stops it");
            }

            if (whenUp is not null && !await whenUp(app, ct))
            {
                return ExitCode.Ok;
            }

            using var told = ct.Register(app.Lifetime.StopApplication);
            await app.WaitForShutdownAsync(CancellationToken.None);
            return ExitCode.Ok;
        }
        finally
        {
            // Also after a start that failed half way: what has started is still running then.
            await app.StopAsync(CancellationToken.None);
        }
    }

    static async Task StartAsync(WebApplication app, string urls, CancellationToken ct)
    {
        try
        {
            await app.StartAsync(ct);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new CommandFailedException(
                $"Another program is listening at {urls} already. Stop it, or choose another port with --port.",
                e
            );
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AccessDenied)
        {
            throw new CommandFailedException(
                $"{Environment.UserName} may not listen at {urls}. Ports below 1024 need root; choose another with --port.",
                e
            );
        }
        catch (SocketException e)
        {
            throw new CommandFailedException($"This machine cannot listen at {urls}: {e.Message}.", e);
        }
        catch (FormatException e)
        {
            throw new CommandFailedException($"{urls} is no address to listen at, such as http://localhost:5080.", e);
        }
    }
}
