using System.Net;
using Hazina.Platform;
using Hazina.Platform.Events;
using Hazina.Platform.Jobs;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Hazina.Platform.Telemetry;
using Hazina.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hazina.Host;

/// <summary>Puts the modules together into a server.</summary>
public static class Server
{
    /// <summary>The most that a request's body may have, unless its route says otherwise.</summary>
    public const int MaxBody = 10 * 1024 * 1024;

    /// <summary>Of the program, as the API's description shows it.</summary>
    public static string Version { get; } = typeof(Server).Assembly.GetName().Version!.ToString(3);

    /// <summary>
    /// A server that is ready to be started: starting it migrates the database, then starts the modules in order, then listens. Stopping goes
    /// backwards: it stops listening, answers what it has accepted, then stops the modules.
    /// </summary>
    /// <param name="options">Where, and on which database.</param>
    /// <param name="add">More services, as tests need them.</param>
    /// <param name="map">More routes, as tests need them.</param>
    /// <exception cref="StartException">The options cannot be right.</exception>
    public static WebApplication Build(
        ServerOptions options,
        Action<IServiceCollection>? add = null,
        Action<IEndpointRouteBuilder>? map = null
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = "Hazina", ContentRootPath = AppContext.BaseDirectory }
        );
        builder.Configuration.AddInMemoryCollection(options.Configuration.AsEnumerable());
        Log(builder.Logging, options);
        Listen(builder.WebHost, options);

        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(s => options.Connect(s.GetRequiredService<ILoggerFactory>()));
        services.Configure<HostOptions>(o => o.ShutdownTimeout = options.StopPatience);
        services.AddRouting();
        services.AddCollector(options.Collector, Version);
        services.AddHostedService<MigrateAtStart>();
        foreach (var module in Modules.All)
            module.Add(services);
        services.AddApiDocument();
        services.AddWeb();
        add?.Invoke(services);
        // Last, so that on the way down the jobs and listeners end before what they use.
        services.AddEventRunners();
        services.AddJobRunner();

        RequireKeys(options);
        var app = builder.Build();
        if (options.TrustedProxies.Count > 0)
            app.UseForwardedHeaders(Forwarded(options.TrustedProxies));
        app.UseWeb();
        app.UsePlatform();
        app.UseApiPage();
        foreach (var module in Modules.All)
            module.Map(app);
        app.MapHealth();
        app.MapApiDocument();
        map?.Invoke(app);
        RequireGuards(MakeOnce(app));
        return app;
    }

    /// <summary>Sources make their endpoints anew for each who asks: the composite one keeps them.</summary>
    static CompositeEndpointDataSource MakeOnce(IEndpointRouteBuilder routes)
    {
        var made = new CompositeEndpointDataSource([.. routes.DataSources]);
        routes.DataSources.Clear();
        routes.DataSources.Add(made);
        return made;
    }

    /// <summary>Keys that others can read are found at the start, and not by whoever adds an authenticator.</summary>
    static void RequireKeys(ServerOptions options)
    {
        try
        {
            new FieldKeys(options.Configuration).Require();
        }
        catch (InvalidOperationException e)
        {
            throw new StartException(e.Message, e);
        }
    }

    static void Log(ILoggingBuilder logging, ServerOptions options)
    {
        logging.AddConsole(options.Log).SetMinimumLevel(options.LogLevel);
        // A line for each request is what traces are for.
        foreach (var loud in (string[])["Microsoft.AspNetCore", "Microsoft.Hosting", "Npgsql", "System.Net.Http"])
            logging.AddFilter(loud, options.LogLevel > LogLevel.Warning ? options.LogLevel : LogLevel.Warning);
        // That a plain address speaks HTTP/1.1 only is as it should be.
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        // What keeps the server from starting is told by whoever starts it.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.AddConfiguration(options.Configuration.GetSection("Logging"));
    }

    static void Listen(IWebHostBuilder web, ServerOptions options)
    {
        web.UseUrls(options.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        web.UseKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            kestrel.Limits.MaxConcurrentConnections = 10_000;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
            if (options.Certificate is not null)
                new CertificateFile(options.Certificate, options.CertificateKey, options.CertificatePassword).Use(kestrel);
        });
    }

    static ForwardedHeadersOptions Forwarded(IReadOnlyList<string> proxies)
    {
        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
        };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
                forwarded.KnownProxies.Add(address);
            else if (System.Net.IPNetwork.TryParse(proxy, out var network))
                forwarded.KnownIPNetworks.Add(network);
            else
                throw new StartException(
                    $"The setting trusted_proxies holds {proxy}, which is neither an address nor a network such as 10.0.0.0/8."
                );
        }

        return forwarded;
    }

    /// <summary>A route that needs no permission has to say so: one that merely forgot to ask would be open to everybody.</summary>
    static void RequireGuards(EndpointDataSource routes)
    {
        var open = routes
            .Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<RequiredPermission>() is null && e.Metadata.GetMetadata<IAllowAnonymous>() is null)
            .Select(e => e.DisplayName)
            .ToList();
        if (open.Count > 0)
            throw new InvalidOperationException(
                $"These routes neither require a permission nor allow anonymous callers: {string.Join(", ", open)}."
            );
    }
}
