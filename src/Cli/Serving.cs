using System.Net.Sockets;
using Hazina.Host;
using Hazina.Platform.Postgres.Embedded;
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
        var isOurs = options.ConnectionString is null && options.OwnerConnectionString is null;
        await using var own = isOurs ? await EmbeddedPostgres.StartAsync(DataFolders.Database(settings.DataFolder), ct) : null;
        await using var app = Server.Build(own is null ? options : options with { OwnerConnectionString = own.ConnectionString });
        await StartAsync(app, options.Urls, ct);
        if (settings.SaysWhere)
        {
            Screen.Done($"Hazina serves at {string.Join(", ", app.Urls)} · Ctrl-C stops it");
        }

        try
        {
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
    }
}
