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
    /// <summary>SHA-256 of the request: its method, path and body. For a verb that keeps the key itself.</summary>
    public ReadOnlyMemory<byte> Fingerprint { get; init; }

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
    IdempotentMark(bool isKeptByVerb) => IsKeptByVerb = isKeptByVerb;

    internal static IdempotentMark Instance { get; } = new(isKeptByVerb: false);

    internal static IdempotentMark ByVerb { get; } = new(isKeptByVerb: true);

    /// <summary>Whether the verb commits the key together with what it does.</summary>
    public bool IsKeptByVerb { get; }
}

public static class IdempotencyExtensions
{
    /// <summary>
    /// Each request needs an <c>Idempotency-Key</c> and happens once per caller, book and key: a repetition gets the first answer. Answers 400, 424,
    /// 429 and 5xx are not kept. For routes that need a permission, read a body of bounded size and answer in one piece.
    /// </summary>
    public static T Idempotent<T>(this T routes)
        where T : IEndpointConventionBuilder => routes.WithMetadata(IdempotentMark.Instance);

    /// <summary>
    /// The same for a verb that keeps key and fingerprint itself, in the commit of what it does, and answers a repetition out of what it did: one commit
    /// instead of three, and the key is unique for ever. Of requests with one key side by side in a process the later ones are told to wait.
    /// </summary>
    public static T IdempotentByVerb<T>(this T routes)
        where T : IEndpointConventionBuilder => routes.WithMetadata(IdempotentMark.ByVerb);

    /// <summary>Says that an answer is not the first one to its key.</summary>
    public static void SetReplayed(this HttpResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        response.Headers[Idempotency.ReplayedHeader] = "true";
    }

    /// <summary>The no to a key that came before with another request.</summary>
    public static Refusal KeyReused() => Idempotency.Reused();
}
