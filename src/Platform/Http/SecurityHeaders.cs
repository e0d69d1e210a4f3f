using Microsoft.AspNetCore.Http;

namespace Hazina.Platform.Http;

/// <summary>Headers that keep a browser from doing more with an answer than showing it. Answers that set their own keep them.</summary>
sealed class SecurityHeaders(RequestDelegate next)
{
    const string ForData = "default-src 'none'; frame-ancestors 'none'";

    // The pages under /docs are our own and load nothing from elsewhere; the API page styles itself inline.
    const string ForDocs =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public Task Invoke(HttpContext context)
    {
        context.Response.OnStarting(
            static state =>
            {
                var context = (HttpContext)state;
                var headers = context.Response.Headers;
                headers.XContentTypeOptions = "nosniff";
                headers.XFrameOptions = "DENY";
                headers["Referrer-Policy"] = "no-referrer";
                headers["Cross-Origin-Resource-Policy"] = "same-origin";
                var docs = context.Request.Path.StartsWithSegments("/docs", StringComparison.Ordinal);
                if (headers.ContentSecurityPolicy.Count == 0)
                    headers.ContentSecurityPolicy = docs ? ForDocs : ForData;
                if (headers.CacheControl.Count == 0)
                    headers.CacheControl = docs ? "no-cache" : "no-store";
                if (context.Request.IsHttps)
                    headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
                return Task.CompletedTask;
            },
            context
        );
        return next(context);
    }
}
