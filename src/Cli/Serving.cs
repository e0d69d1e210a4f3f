using Hazina.Host;
using Hazina.Platform.Postgres.Embedded;
using Hazina.Platform.Telemetry;
using Microsoft.AspNetCore.Builder;
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
        RequireCertificate(options);
        ListenAddresses.RequireFree(options.Urls);
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

    static void RequireCertificate(ServerOptions options)
    {
        var isSecure = options.Urls.Contains("https:", StringComparison.OrdinalIgnoreCase);
        if (isSecure && options.Certificate is null)
        {
            throw new CommandFailedException($"{options.Urls} needs a certificate: name its file with --certificate.");
        }

        if (!isSecure && options.Certificate is not null)
        {
            Screen.Progress($"The certificate {options.Certificate} is not used: none of the addresses, {options.Urls}, is one of https.");
        }
    }

    static async Task StartAsync(WebApplication app, string urls, CancellationToken ct)
    {
        try
        {
            await app.StartAsync(ct);
        }
        catch (Exception e) when (ListenAddresses.Refused(urls, e) is not null)
        {
            throw ListenAddresses.Refused(urls, e)!;
        }
    }
}
