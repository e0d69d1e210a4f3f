using System.Security.Cryptography;
using System.Text;
using Hazina.Web.Calls;
using Microsoft.Extensions.Caching.Memory;

namespace Hazina.Web.Visits;

/// <summary>Who is signed in, and how they like their pages.</summary>
public sealed record Person(Me Me, Preferences Preferences)
{
    public string Name => Me.FirstName ?? Me.FullName ?? Me.Email ?? Me.Phone ?? "";

    /// <summary>Whether they have something to do at the console.</summary>
    public bool IsStaff => Me.Roles.Any(r => r is "operations" or "compliance" or "admin");

    public TimeZoneInfo Zone { get; } =
        TimeZoneInfo.TryFindSystemTimeZoneById(Preferences.TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;
}

public sealed record Me(
    Guid Id,
    string? FullName,
    string? FirstName,
    string? Email,
    string? Phone,
    IReadOnlyList<string> Roles,
    string KycStatus,
    bool SecondFactor
);

public sealed record Preferences(
    string Theme,
    string Language,
    string TimeZone,
    string Currency,
    Notifications Notifications,
    bool Marketing
);

public sealed record Notifications(bool Email, bool Sms, bool Push);

/// <summary>Remembers for a moment who sessions are of: every page shows it, and it seldom changes. The API judges each call all the same.</summary>
sealed class People(TimeProvider time) : IDisposable
{
    static readonly TimeSpan Remembered = TimeSpan.FromSeconds(30);

    readonly MemoryCache cache = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    public async Task<Person> Find(string token, Api api)
    {
        var now = time.GetUtcNow();
        if (cache.TryGetValue(KeyOf(token), out Known? known) && known!.Until > now)
            return known.Person;
        var me = api.Get<Me>("/v1/me");
        var preferences = api.Get<Preferences>("/v1/me/preferences");
        var person = new Person(await me, await preferences);
        cache.Set(
            KeyOf(token),
            new Known(person, now + Remembered),
            new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Remembered }
        );
        return person;
    }

    public void Forget(string token) => cache.Remove(KeyOf(token));

    public void Dispose() => cache.Dispose();

    /// <summary>Tokens are not kept.</summary>
    static string KeyOf(string token) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    sealed record Known(Person Person, DateTimeOffset Until);
}
