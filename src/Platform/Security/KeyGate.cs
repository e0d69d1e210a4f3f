using Hazina.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hazina.Platform.Security;

/// <summary>Lets a request through to a route that needs permissions only with a key or a session that has them.</summary>
sealed class KeyGate(RequestDelegate next, IEnumerable<ICallerSource> sources, FailedAttempts failures, ILogger<KeyGate> logger)
{
    public const string Header = "X-API-Key";
    const string Bearer = "Bearer ";

    readonly ICallerSource[] sources = [.. sources];

    public Task Invoke(HttpContext context)
    {
        var needed = context.GetEndpoint()?.Metadata.GetOrderedMetadata<RequiredPermission>();
        return needed is { Count: > 0 } ? Check(context, needed) : next(context);
    }

    async Task Check(HttpContext context, IReadOnlyList<RequiredPermission> needed)
    {
        var (caller, refusal) = await Identify(context);
        if (caller?.Addresses?.Have(context.Connection.RemoteIpAddress) == false)
            refusal = PlatformRefusals.AddressNotAllowed.Because($"The key '{caller.Name}' is bound to other addresses.");
        else if (caller is not null && needed.FirstOrDefault(n => !caller.May(n.Name)) is { } missing)
            refusal = Lacking(caller, missing.Name);
        else if (caller is not null)
            refusal = await Unfit(context, caller);
        if (refusal is not null)
        {
            await refusal.ExecuteAsync(context);
            return;
        }

        context.Features.Set(caller);
        await next(context);
    }

    static Refusal Lacking(Caller caller, string permission)
    {
        var who = caller.Session is null ? $"The key '{caller.Name}'" : "Who is signed in";
        return PlatformRefusals.PermissionMissing.Because($"{who} lacks the permission {permission}. {caller.Hint}".TrimEnd());
    }

    /// <summary>A no where the route asks for more than a permission.</summary>
    async Task<Refusal?> Unfit(HttpContext context, Caller caller)
    {
        var metadata = context.GetEndpoint()!.Metadata;
        if (caller.Session is null)
            return metadata.GetMetadata<RequiredPerson>() is null
                ? null
                : PlatformRefusals.PeopleOnly.Because($"The call was made with the key '{caller.Name}'.");
        if (metadata.GetMetadata<RequiredConfirmation>() is null)
            return null;
        var text = Read(context.Request)!;
        return await Array.Find(sources, s => s.Gave(text))!.Unconfirmed(caller, context.RequestAborted);
    }

    async Task<(Caller? Caller, Refusal? Refusal)> Identify(HttpContext context)
    {
        if (Read(context.Request) is not { } text)
            return (null, Unknown(context, "Send a key as X-API-Key, or a key or session as Authorization: Bearer."));
        var source = Array.Find(sources, s => s.Gave(text));
        if (source?.Recall(text) is { } known)
            return (known, null);

        var address = context.Connection.RemoteIpAddress;
        if (failures.Wait(address) is { } wait)
            return (
                null,
                PlatformRefusals.TooManyFailures.Because("Too many keys from this address were not valid.") with
                {
                    RetryAfter = wait,
                }
            );
        if (source is not null && await source.Find(text, context.RequestAborted) is { } caller)
            return (caller, null);
        if (failures.Note(address, source?.MayHaveEnded(text) == true))
            PlatformLog.AddressHasToWait(logger, address?.ToString() ?? "?");
        return (null, Unknown(context, "The key or session is not valid."));
    }

    static string? Read(HttpRequest request)
    {
        if (request.Headers[Header] is [{ Length: > 0 } key])
            return key;
        return request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : null;
    }

    static Refusal Unknown(HttpContext context, string detail)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer realm=\"hazina\"";
        return PlatformRefusals.Unauthenticated.Because(detail);
    }
}
