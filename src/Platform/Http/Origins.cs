using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Platform.Http;

/// <summary>
/// Pages of other origins that may call the API from a browser (CORS): none, unless the setting <c>cors_origins</c> names them. Never with cookies, of
/// which the API has none.
/// </summary>
static class Origins
{
    static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    public static IServiceCollection AddOrigins(this IServiceCollection services) => services.AddCors();

    /// <exception cref="InvalidOperationException">What stands in the setting is no origin.</exception>
    public static IApplicationBuilder UseOrigins(this IApplicationBuilder app)
    {
        var origins = Read(app.ApplicationServices.GetRequiredService<IConfiguration>()["cors_origins"]);
        return origins.Length == 0 ? app : app.UseCors(policy => Allow(policy, origins));
    }

    internal static string[] Read(string? setting)
    {
        var origins = setting?.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries) ?? [];
        foreach (var origin in origins)
        {
            var isOrigin =
                Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                && uri.Scheme is "https" or "http"
                && uri.GetLeftPart(UriPartial.Authority) == origin;
            if (!isOrigin)
                throw new InvalidOperationException(
                    $"The setting cors_origins holds {origin}, which is no origin such as https://shop.example.com."
                );
        }

        return origins;
    }

    static void Allow(CorsPolicyBuilder policy, string[] origins) =>
        policy
            .WithOrigins(origins)
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            .WithHeaders("Authorization", "X-API-Key", "Content-Type", "Idempotency-Key", "Request-Id")
            .WithExposedHeaders(
                "Request-Id",
                "Location",
                "Retry-After",
                "RateLimit",
                "RateLimit-Policy",
                "Idempotent-Replayed",
                "WWW-Authenticate"
            )
            .SetPreflightMaxAge(Remembered);
}
