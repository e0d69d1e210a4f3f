using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Pages;

/// <summary>What a browser may do with a page: show it, with our own styles and scripts, and nothing else.</summary>
sealed class PageHeaders(RequestDelegate next)
{
    const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; object-src 'none'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public Task Invoke(HttpContext context)
    {
        context.TraceIdentifier = "req_" + Guid.CreateVersion7().ToString("n");
        context.Response.OnStarting(
            static state =>
            {
                var context = (HttpContext)state;
                var headers = context.Response.Headers;
                headers["Request-Id"] = context.TraceIdentifier;
                headers.XContentTypeOptions = "nosniff";
                headers.XFrameOptions = "DENY";
                headers.ContentSecurityPolicy = Policy;
                // Our own forms say where they come from; nobody else hears which page somebody was on.
                headers["Referrer-Policy"] = "same-origin";
                headers["Cross-Origin-Opener-Policy"] = "same-origin";
                headers["Cross-Origin-Resource-Policy"] = "same-origin";
                headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()";
                if (headers.CacheControl.Count == 0)
                    headers.CacheControl = "no-store";
                if (context.Request.IsHttps)
                    headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
                return Task.CompletedTask;
            },
            context
        );
        return next(context);
    }
}
