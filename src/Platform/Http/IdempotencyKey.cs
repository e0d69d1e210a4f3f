using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hazina.Platform.Http;

/// <summary>What a verb may know of the <c>Idempotency-Key</c> it was called with.</summary>
/// <param name="Key">As the caller sent it, without quotes.</param>
/// <param name="Id">
/// A UUIDv7 that every retry of this request gets again, even after a crash: make of it the ids of what must happen once (a transaction's),
/// and a retry of a request whose answer was lost finds what it had done.
/// </param>
public sealed record IdempotencyKey(string Key, Guid Id)
{
    /// <summary>Of the request at hand. Throws where the route is not <see cref="IdempotencyExtensions.Idempotent{T}"/>.</summary>
    public static IdempotencyKey Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<IdempotencyKey>()
            ?? throw new InvalidOperationException("This route was not mapped with .Idempotent().");
    }

    /// <summary>The header's text without the quotes of the IETF draft; null when it is not valid.</summary>
    internal static string? Read(string header)
    {
        var key = header is ['"', .. var inner, '"'] ? inner : header;
        return
            key.Length is >= 1 and <= 255
            && !key.AsSpan().ContainsAnyExceptInRange('!', '~')
            && !key.Contains('"', StringComparison.Ordinal)
            ? key
            : null;
    }
}

/// <summary>Marks a route as one that happens once per key.</summary>
public sealed class IdempotentMark
{
    IdempotentMark() { }

    internal static IdempotentMark Instance { get; } = new();
}

public static class IdempotencyExtensions
{
    /// <summary>
    /// Each request needs an <c>Idempotency-Key</c> and happens once per caller, book and key: a repetition gets the first answer. Answers 400 and
    /// 5xx are not kept. For routes that need a permission, read a body of bounded size and answer in one piece.
    /// </summary>
    public static T Idempotent<T>(this T routes)
        where T : IEndpointConventionBuilder => routes.WithMetadata(IdempotentMark.Instance);
}
