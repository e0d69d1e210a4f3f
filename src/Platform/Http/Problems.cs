using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hazina.Platform.Http;

/// <summary>Whatever goes wrong below becomes a problem here: a known fault its own, a bug a 500 that tells nothing but the request's id.</summary>
sealed class Problems(RequestDelegate next, IHostApplicationLifetime lifetime, ILogger<Problems> logger)
{
    public async Task Invoke(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // nobody is there to hear it
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var refusal = Of(e);
            if (refusal.Type == PlatformRefusals.Internal)
                PlatformLog.RequestFailed(logger, e, context.Request.Method, context.Request.Path);
            else if (refusal.Type == PlatformRefusals.Unavailable)
                PlatformLog.RequestUnavailable(logger, e.Message, context.Request.Method, context.Request.Path);
            context.Response.Clear();
            await refusal.ExecuteAsync(context);
            return;
        }

        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
            await (OfStatus(context)?.ExecuteAsync(context) ?? Task.CompletedTask);
    }

    Refusal Of(Exception e) =>
        e switch
        {
            BadHttpRequestException bad => BodyFault.Of(bad),
            JsonException json => BodyFault.Of(json),
            _ when IsUnavailable(e)
                    || (
                        lifetime.ApplicationStopping.IsCancellationRequested && e is OperationCanceledException or ObjectDisposedException
                    ) => PlatformRefusals.Unavailable.Because("The database cannot be reached at the moment.") with
            {
                RetryAfter = TimeSpan.FromSeconds(2),
            },
            _ => PlatformRefusals.Internal.Because("Something went wrong on our side; it has been written down under this request's id."),
        };

    /// <summary>Faults of the connection or of the server's state; a fault of the statement is a bug.</summary>
    internal static bool IsUnavailable(Exception e) =>
        e switch
        {
            PostgresException postgres => postgres.IsTransient
                || postgres.SqlState
                    is PostgresErrorCodes.AdminShutdown
                        or PostgresErrorCodes.CrashShutdown
                        or PostgresErrorCodes.QueryCanceled
                        or PostgresErrorCodes.ReadOnlySqlTransaction
                        or IdleInTransactionSessionTimeout,
            NpgsqlException => true,
            SocketException or TimeoutException => true,
            _ => false,
        };

    const string IdleInTransactionSessionTimeout = "25P03";

    static Refusal? OfStatus(HttpContext context) =>
        context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => PlatformRefusals.NotFound.Because($"There is nothing at {Short(context.Request.Path)}."),
            StatusCodes.Status405MethodNotAllowed => PlatformRefusals.MethodNotAllowed.Because(
                $"{Short(context.Request.Path)} does not take {Short(context.Request.Method)}, but {context.Response.Headers.Allow}."
            ),
            StatusCodes.Status413PayloadTooLarge => PlatformRefusals.TooLarge.Because("The body is larger than this call takes."),
            StatusCodes.Status415UnsupportedMediaType => PlatformRefusals.UnsupportedMediaType.Because("This call takes application/json."),
            StatusCodes.Status400BadRequest => PlatformRefusals.BadRequest.Because("The request cannot be understood."),
            _ => null,
        };

    static string Short(string? text) => text is { Length: > 200 } ? text[..200] + "…" : text ?? "";
}
