using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Platform.ApiCalls;

/// <summary>Has calls of the API written down after they are answered. No request waits for it.</summary>
sealed class ApiLog(RequestDelegate next, ApiLogWriter writer, TimeProvider time)
{
    const int LongestPath = 500,
        LongestKey = 255;

    public Task Invoke(HttpContext context) =>
        writer.IsOn && context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal) ? Log(context) : next(context);

    async Task Log(HttpContext context)
    {
        var started = time.GetTimestamp();
        var isWhole = writer.TakePlace();
        var body = isWhole ? KeptBody.Of(context.Request) : null;
        try
        {
            await next(context);
        }
        finally
        {
            var status = StatusOf(context);
            if (isWhole || (status >= StatusCodes.Status400BadRequest && writer.TakeRefusedPlace()) || writer.IsSample())
                writer.Put(CallOf(context, status, body, time.GetElapsedTime(started)));
        }
    }

    static int StatusOf(HttpContext context) =>
        context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted ? ApiCall.CallerGone : context.Response.StatusCode;

    ApiCall CallOf(HttpContext context, int status, KeptBody? body, TimeSpan took)
    {
        var (request, at, caller) = (context.Request, time.GetUtcNow() - took, context.Features.Get<Caller>());
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        return new ApiCall
        {
            Id = Guid.CreateVersion7(at),
            At = at,
            RequestId = context.TraceIdentifier,
            Method = Clean(request.Method, 20)!,
            Route = route,
            // Where the path is what lets a caller in, it is not written down.
            Path = route?.Contains("{secret}", StringComparison.Ordinal) == true ? route : Clean(request.Path.Value, LongestPath) ?? "/",
            Status = status,
            Code = context.Features.Get<RefusalType>()?.Code,
            DurationUs = (long)took.TotalMicroseconds,
            UserId = caller?.Session is null ? null : caller.Id,
            KeyId = caller is { Session: null } ? caller.Id : null,
            Book = caller?.Book,
            Address = CallOrigin.AddressOf(context),
            IdempotencyKey = Clean(request.Headers[Idempotency.Header].ToString(), LongestKey),
            RequestBytes = request.ContentLength ?? body?.Bytes,
            ResponseBytes = context.Response.ContentLength,
            // Programs are helped by it. What people say of themselves, as they register or change their names, is not written down a second time.
            Body = caller is { Session: null } ? body?.Text() : null,
        };
    }

    /// <summary>Cut, and without what PostgreSQL cannot hold; null for nothing.</summary>
    static string? Clean(string? text, int longest)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var kept = string.Concat(text.Take(longest).Where(c => !char.IsControl(c) && !char.IsSurrogate(c)));
        return kept.Length == 0 ? null : kept;
    }
}
