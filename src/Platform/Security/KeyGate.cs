using Hazina.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
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
        if (needed is not { Count: > 0 })
            return next(context);
        // Nearly every request is from somebody who is remembered: then nothing is asked, and nothing allocated to wait for an answer.
        if (Read(context.Request) is not { } text || SourceOf(text)?.Recall(text) is not { } known)
            return Ask(context, needed);
        Judge(context, needed, known, refusal: null);
        return next(context);
    }

    async Task Ask(HttpContext context, IReadOnlyList<RequiredPermission> needed)
    {
        var (caller, refusal) = await Identify(context);
        Judge(context, needed, caller, refusal);
        await next(context);
    }

    static void Judge(HttpContext context, IReadOnlyList<RequiredPermission> needed, Caller? caller, Refusal? refusal)
    {
        if (caller?.Addresses?.Have(context.Connection.RemoteIpAddress) == false)
            refusal = PlatformRefusals.AddressNotAllowed.Because($"The key '{caller.Name}' is bound to other addresses.");
        else if (caller is not null && Missing(caller, needed) is { } missing)
            refusal = Lacking(caller, missing);
        else if (caller is not null)
            refusal = OnlyForPeople(context, caller);
        // Told behind the limits, so that who is refused without end is limited as others are, and by who they are.
        if (refusal is not null)
            context.Features.Set(new Refused(refusal));
        if (caller is not null)
            context.Features.Set(caller);
    }

    static string? Missing(Caller caller, IReadOnlyList<RequiredPermission> needed)
    {
        for (var i = 0; i < needed.Count; i++)
        {
            if (!caller.May(needed[i].Name))
                return needed[i].Name;
        }

        return null;
    }

    ICallerSource? SourceOf(string text)
    {
        foreach (var source in sources)
        {
            if (source.Gave(text))
                return source;
        }

        return null;
    }

    /// <summary>What the gate has found, for <see cref="Door"/>.</summary>
    sealed record Refused(Refusal Refusal);

    static Refusal Lacking(Caller caller, string permission)
    {
        var who = caller.Session is null ? $"The key '{caller.Name}'" : "Who is signed in";
        return PlatformRefusals.PermissionMissing.Because($"{who} lacks the permission {permission}. {caller.Hint}".TrimEnd());
    }

    static Refusal? OnlyForPeople(HttpContext context, Caller caller) =>
        caller.Session is null && context.GetEndpoint()!.Metadata.GetMetadata<RequiredPerson>() is not null
            ? PlatformRefusals.PeopleOnly.Because($"The call was made with the key '{caller.Name}'.")
            : null;

    /// <summary>Stands behind the limits, and lets nobody through whom the gate has refused or who has to show first who they are.</summary>
    public static Task Door(HttpContext context, RequestDelegate next) =>
        context.Features.Get<Refused>() is { } refused ? refused.Refusal.ExecuteAsync(context)
        : context.GetEndpoint()?.Metadata.GetMetadata<RequiredConfirmation>() is not null
        && context.Features.Get<Caller>() is { Session: not null } caller
            ? Confirmed(context, caller, next)
        : next(context);

    static async Task Confirmed(HttpContext context, Caller caller, RequestDelegate next)
    {
        var refusal = await Unconfirmed(context, caller);
        await (refusal is null ? next(context) : refusal.ExecuteAsync(context));
    }

    static async Task<Refusal?> Unconfirmed(HttpContext context, Caller caller)
    {
        if (Read(context.Request) is not { } text)
            return null;
        var source = context.RequestServices.GetServices<ICallerSource>().First(s => s.Gave(text));
        return await source.Unconfirmed(caller, context.RequestAborted);
    }

    async Task<(Caller? Caller, Refusal? Refusal)> Identify(HttpContext context)
    {
        if (Read(context.Request) is not { } text)
            return (null, Unknown(context, "Send a key as X-API-Key, or a key or session as Authorization: Bearer."));
        var source = SourceOf(text);
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
