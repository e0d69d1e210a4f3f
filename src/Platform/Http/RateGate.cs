using Hazina.Platform.Counting;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Platform.Http;

/// <summary>
/// Keeps anybody from asking more than their share, and tells them how much is left (RateLimit headers of the IETF draft): callers by who they are,
/// because a carrier puts thousands behind one address; who has not said who they are, by address and call.
/// </summary>
sealed class RateGate(RequestDelegate next, ICounters counters, IOptions<RateLimitOptions> options)
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1),
        QuarterHour = TimeSpan.FromMinutes(15);

    readonly RatePolicy keys = new("default", options.Value.KeyPerMinute, Minute),
        people = new("default", options.Value.PersonPer15Minutes, QuarterHour),
        reads = new("anonymous", options.Value.AnonymousReadsPer15Minutes, QuarterHour),
        changes = new("anonymous", options.Value.AnonymousChangesPer15Minutes, QuarterHour);

    public Task Invoke(HttpContext context)
    {
        if (context.Features.Get<Caller>() is { } caller)
        {
            if (caller.Session is not null)
                return Check(context, people, caller.LimitKey);
            counters.Count(caller.UsageKey);
            return Check(context, caller.RequestsPerMinute is { } own ? new RatePolicy("default", own, Minute) : keys, caller.LimitKey);
        }

        if (context.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<NotLimited>() is not null)
            return next(context);
        var isRead = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        var address = AddressBlock.Of(context.Connection.RemoteIpAddress);
        return Check(context, isRead ? reads : changes, $"rate_limit:{address}:{NameOf(context)}");
    }

    Task Check(HttpContext context, RatePolicy policy, string key)
    {
        if (policy.Most <= 0)
            return next(context);
        var taken = counters.Take(key, policy.Most, policy.Window);
        var headers = context.Response.Headers;
        headers["RateLimit-Policy"] = policy.Header;
        headers["RateLimit"] = policy.Left(taken);
        return taken.IsGranted ? next(context) : Refused(policy, taken).ExecuteAsync(context);
    }

    /// <summary>The call as it was mapped: what a caller can make up would be without end.</summary>
    static string NameOf(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint route
            ? $"{(route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is [var method, ..] ? method : "ANY")} {route.RoutePattern.RawText}"
            : "other";

    static Refusal Refused(RatePolicy policy, Taken taken) =>
        PlatformRefusals.RateLimited.Because($"{policy.Most} requests in {policy.Window.TotalSeconds} seconds are the most.") with
        {
            RetryAfter = taken.Until,
        };
}

/// <summary>So many requests in such a time.</summary>
sealed record RatePolicy(string Name, long Most, TimeSpan Window)
{
    public string Header { get; } = $"\"{Name}\";q={Most};w={(long)Window.TotalSeconds}";

    readonly string start = $"\"{Name}\";r=";

    public string Left(Taken taken) => $"{start}{taken.Left};t={(long)Math.Ceiling(taken.Until.TotalSeconds)}";
}

/// <summary>On a route that anybody may ask as often as they like.</summary>
sealed record NotLimited;

public static class RateLimitExtensions
{
    /// <summary>Takes a route out of the limits: for whoever watches the process.</summary>
    public static T NotLimited<T>(this T routes)
        where T : IEndpointConventionBuilder => routes.WithMetadata(new NotLimited());
}
