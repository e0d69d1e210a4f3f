using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Hazina.Platform.Http;

/// <summary>
/// A "no" as a value: a verb returns it, and it becomes <c>application/problem+json</c> (RFC 9457) here and nowhere else.
/// </summary>
/// <param name="Type">Which refusal.</param>
/// <param name="Detail">What was wrong this time.</param>
/// <param name="Pointer">Where; see <see cref="FieldError.Pointer"/>.</param>
/// <param name="Errors">Each field that was wrong, where there may be several.</param>
public sealed record Refusal(RefusalType Type, string Detail, string? Pointer = null, IReadOnlyList<FieldError>? Errors = null) : IResult
{
    /// <summary>When it makes sense to come back; sent as <c>Retry-After</c>, in whole seconds.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        httpContext.Features.Set(Type);
        var response = httpContext.Response;
        response.StatusCode = Type.Status;
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString();

        var json = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(Document(httpContext), json);
        response.ContentType = "application/problem+json";
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(httpContext.Request.Method))
            await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
    }

    /// <summary>As it goes over the wire, for answers that hold several (bulk).</summary>
    public ProblemDocument Document(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        return new ProblemDocument(
            Type.Page,
            Type.Title,
            Type.Status,
            Detail,
            httpContext.Request.Path.Value ?? "/",
            Type.Code,
            (Pointer ?? (Errors is [var only] ? only.Pointer : null))?.TrimStart('/').Replace('/', '.'),
            httpContext.TraceIdentifier,
            Errors
        );
    }
}

/// <summary>A problem as RFC 9457 lays it out, with what this platform adds.</summary>
/// <param name="Type">The page that explains the code.</param>
/// <param name="Title">The same for every problem of this code.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What was wrong this time.</param>
/// <param name="Instance">The path asked for.</param>
/// <param name="Code">For programs.</param>
/// <param name="Param">The field or parameter at fault, as <c>legs.0.amount</c>.</param>
/// <param name="RequestId">Quote it when you ask for help; also in the <c>Request-Id</c> header.</param>
/// <param name="Errors">Each field that was wrong.</param>
public sealed record ProblemDocument(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Instance,
    string Code,
    string? Param,
    string RequestId,
    IReadOnlyList<FieldError>? Errors
);
