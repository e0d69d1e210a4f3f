using System.Net;
using System.Net.Sockets;
using Hazina.Platform.Postgres.Embedded;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hazina.Cli;

/// <summary>From the settings to a server that runs until it is told to stop.</summary>
static class Serving
{
    public static async Task<int> RunAsync(ServeSettings settings, CancellationToken ct)
    {
        await using var own = settings.Database is null
            ? await EmbeddedPostgres.StartAsync(DataFolders.Database(settings.DataFolder), ct)
            : null;
        await using var app = Build(settings);
        try
        {
            await app.StartAsync(ct);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new CommandFailedException(
                $"Another program is listening at {settings.Urls} already. Stop it, or choose another port with --port.",
                e
            );
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AccessDenied)
        {
            throw new CommandFailedException(
                $"{Environment.UserName} may not listen at {settings.Urls}. Ports below 1024 need root; choose another with --port.",
                e
            );
        }

        Screen.Done($"Hazina serves at {string.Join(", ", app.Urls)} · Ctrl-C stops it");
        using var told = ct.Register(app.Lifetime.StopApplication);
        await app.WaitForShutdownAsync(CancellationToken.None);
        return ExitCode.Ok;
    }

    static WebApplication Build(ServeSettings settings)
    {
        // Watching for changes of appsettings.json would watch everything below the current folder, be it the whole disk.
        var builder = WebApplication.CreateBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        if (settings.Certificate is { } certificate)
        {
            builder.Configuration.AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Kestrel:Certificates:Default:Path"] = certificate,
                    ["Kestrel:Certificates:Default:KeyPath"] = settings.CertificateKey,
                }
            );
        }

        builder.WebHost.UseUrls(settings.Urls.Split(';'));
        builder.Logging.ClearProviders();
        _ = settings.JsonLog ? builder.Logging.AddJsonConsole() : builder.Logging.AddSimpleConsole(text => text.SingleLine = true);
        // What keeps the server from starting is told in a sentence.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        var app = builder.Build();
        app.MapGet("/health/live", () => Results.Ok());
        return app;
    }
}
