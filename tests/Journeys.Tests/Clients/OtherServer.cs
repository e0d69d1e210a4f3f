using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hazina.Journeys.Tests.Clients;

/// <summary>A server that answers as ours does not today: newer, in haste, or not at all. The last of its answers is given again and again.</summary>
sealed class OtherServer : IAsyncDisposable
{
    readonly WebApplication app;
    readonly ConcurrentQueue<string?> keys = new();
    int asked;

    OtherServer(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.Single());

    /// <summary>The <c>Idempotency-Key</c> of each call that came.</summary>
    public IReadOnlyList<string?> Keys => [.. keys];

    public static async Task<OtherServer> StartAsync(params RequestDelegate[] answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = new OtherServer(builder.Build());
        server.app.Urls.Add("http://127.0.0.1:0");
        server.app.Run(context =>
        {
            server.keys.Enqueue(context.Request.Headers["Idempotency-Key"].SingleOrDefault());
            var number = Interlocked.Increment(ref server.asked);
            return answers[Math.Min(number, answers.Length) - 1](context);
        });
        await server.app.StartAsync();
        return server;
    }

    public static RequestDelegate Json(string body) =>
        context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(body);
        };

    public static RequestDelegate Busy(int status, string? retryAfter) =>
        context =>
        {
            context.Response.StatusCode = status;
            if (retryAfter is not null)
                context.Response.Headers.RetryAfter = retryAfter;
            return context.Response.WriteAsync("busy");
        };

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
