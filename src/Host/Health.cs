using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hazina.Host;

/// <summary>
/// Two questions for whoever looks after the process. Live: is it there at all? Ready: should it be sent requests? A process that is not ready is
/// left alone for a while; one that is not live is replaced.
/// </summary>
static partial class Health
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").AllowAnonymous().NotLimited().ExcludeFromDescription();
        health.MapGet("/live", () => new Liveness("live"));
        health.MapGet("/ready", Ready);
    }

    static async Task<IResult> Ready(
        HttpContext context,
        IEnumerable<Readiness> parts,
        IHostApplicationLifetime lifetime,
        ILogger<Liveness> logger
    )
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        patience.CancelAfter(Patience);
        var answers = await Task.WhenAll(
            parts.Select(async p => (p.Name, Trouble: await Ask(p, context.RequestServices, logger, patience.Token)))
        );
        var checks = answers.ToDictionary(a => a.Name, a => a.Trouble ?? "ok", StringComparer.Ordinal);
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            checks["process"] = "stopping";
        var ready = checks.Values.All(c => c == "ok");
        return Results.Json(
            new ReadyAnswer(ready ? "ready" : "not_ready", checks),
            JsonSettings.Options,
            statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable
        );
    }

    static async Task<string?> Ask(Readiness part, IServiceProvider services, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            return await part.Check(services, cancellation);
        }
        catch (Exception e)
        {
            // Anybody may ask, so what exactly is wrong goes to the log alone.
            NotReady(logger, part.Name, e.Message);
            return cancellation.IsCancellationRequested ? "does not answer in time" : "does not answer";
        }
    }

    [LoggerMessage(110, LogLevel.Warning, "{Part} is not ready: {Reason}")]
    static partial void NotReady(ILogger logger, string part, string reason);
}

/// <summary>The answer to "are you there?".</summary>
sealed record Liveness(string Status);

/// <summary>The answer to "can you work?", part by part.</summary>
sealed record ReadyAnswer(string Status, IReadOnlyDictionary<string, string> Checks);
