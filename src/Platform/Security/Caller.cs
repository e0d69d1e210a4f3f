using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;

namespace Hazina.Platform.Security;

/// <summary>Who is asking, in which book, and what they may do.</summary>
/// <param name="Id">The key's id, or the person's.</param>
/// <param name="Name">The key's name, for logs and trails; a person is named by their id.</param>
/// <param name="Book">The only book that this caller sees: <c>live</c> or <c>sandbox</c>.</param>
/// <param name="Permissions">See <see cref="Permission"/>.</param>
public sealed record Caller(Guid Id, string Name, string Book, FrozenSet<string> Permissions)
{
    /// <summary>The session of a person who is signed in; null for a key.</summary>
    public Guid? Session { get; init; }

    /// <summary>Organisations whose keys a person may deal with; none for a key. Which they are, the source of the caller knows.</summary>
    public IReadOnlySet<Guid> Organizations { get; init; } = FrozenSet<Guid>.Empty;

    /// <summary>The person whose key it is; null for people themselves, and for keys of organisations and of the operator.</summary>
    public Guid? KeyOfPerson { get; init; }

    /// <summary>The organisation whose key it is, in whose name it acts.</summary>
    public Guid? KeyOfOrganization { get; init; }

    /// <summary>What whoever lacks a permission is told besides, in a sentence; null: nothing.</summary>
    public string? Hint { get; init; }

    /// <summary>Where a key may be used from; null: from anywhere.</summary>
    internal AllowedAddresses? Addresses { get; init; }

    /// <summary>A key's own limit.</summary>
    internal int? RequestsPerMinute { get; init; }

    /// <summary>What this caller's requests are counted by.</summary>
    internal string LimitKey => field ??= $"rate_limit:{Id}";

    /// <summary>What a key's use is counted by.</summary>
    internal string UsageKey => field ??= UsageKeyOf(Id);

    internal static string UsageKeyOf(Guid key) => $"api_key:{key}:usage";

    /// <summary>Of the request at hand. Throws where the route needs no permission.</summary>
    public static Caller Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<Caller>()
            ?? throw new InvalidOperationException("This route was not mapped with .RequirePermission(…).");
    }

    public bool May(string permission) => Permissions.Contains(permission);
}
