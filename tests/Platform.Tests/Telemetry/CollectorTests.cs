using System.Collections.Concurrent;
using Hazina.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Hazina.Platform.Tests.Telemetry;

public sealed class CollectorTests
{
    [Fact]
    public async Task Traces_figures_and_logs_go_to_the_collector_that_is_named()
    {
        var received = new ConcurrentDictionary<string, long>();
        await using var collector = Collector(received);
        await collector.StartAsync();
        await using (
            var app = await HazinaApp.StartAsync(
                settings: new Dictionary<string, string?> { ["otlp"] = collector.Urls.Single() },
                map: r => r.MapGet("/bug", string () => throw new InvalidOperationException("to be logged")).AllowAnonymous()
            )
        )
        {
            await app.Anonymous.GetAsync("/bug");
        }

        foreach (var kind in (string[])["trace", "metrics", "logs"])
            Assert.Contains(received, r => r.Key.Contains(kind, StringComparison.Ordinal) && r.Value > 0);
    }

    [Fact]
    public async Task A_collector_that_is_away_holds_nothing_up()
    {
        await using var app = await HazinaApp.StartAsync(settings: new Dictionary<string, string?> { ["otlp"] = "http://127.0.0.1:1" });
        Assert.True((await app.Anonymous.GetAsync("/health/live")).IsSuccessStatusCode);
    }

    /// <summary>Answers every export with an empty gRPC message, and counts the bytes by what was exported.</summary>
    static WebApplication Collector(ConcurrentDictionary<string, long> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received.AddOrUpdate(context.Request.Path.Value!, body.Length, (_, before) => before + body.Length);
            context.Response.ContentType = "application/grpc";
            context.Response.DeclareTrailer("grpc-status");
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        });
        return app;
    }
}
