using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Hazina.Platform.Http;

/// <summary>Turns away bodies that would be read for nothing: too large ones, and texts that are not UTF-8.</summary>
sealed class BodyGate(RequestDelegate next)
{
    /// <summary>How much of a body that is too large is read all the same, so that its sender comes to hear why it was refused.</summary>
    const int PoliteFactor = 4;

    public Task Invoke(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentLength is > 0 and var length && Limit(context) is { } limit && length > limit)
            return TooLarge(context, length, limit);
        if (request.ContentType is { } type && HasOtherCharset(type))
            return PlatformRefusals.UnsupportedMediaType.Because("Texts are taken in UTF-8 only.").ExecuteAsync(context);
        return next(context);
    }

    static async Task TooLarge(HttpContext context, long length, long limit)
    {
        if (length <= limit * PoliteFactor && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = null;
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        }

        await PlatformRefusals.TooLarge.Because($"The body has {length} bytes; this call takes {limit}.").ExecuteAsync(context);
    }

    static long? Limit(HttpContext context) => context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize;

    static bool HasOtherCharset(string type) =>
        type.Contains("charset", StringComparison.OrdinalIgnoreCase)
        && MediaTypeHeaderValue.TryParse(type, out var parsed)
        && parsed.Charset.HasValue
        && !HeaderUtilities.RemoveQuotes(parsed.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);
}
