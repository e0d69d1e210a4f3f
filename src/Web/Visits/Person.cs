using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;

namespace Hazina.Web.Visits;

/// <summary>Who is signed in, and how they like their pages.</summary>
public sealed record Person(UserAnswer Me, PreferencesAnswer Preferences)
{
    public string Name => Me.FirstName ?? Me.FullName ?? Me.Email ?? Me.Phone ?? "";

    /// <summary>Whether they have something to do at the console.</summary>
    public bool IsStaff => Me.Roles.Any(r => r is "operations" or "compliance" or "admin");

    public TimeZoneInfo Zone { get; } =
        TimeZoneInfo.TryFindSystemTimeZoneById(Preferences.TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;
}

/// <summary>Remembers for a moment who sessions are of: every page shows it, and it seldom changes. The API judges each call all the same.</summary>
sealed class People(TimeProvider time) : IDisposable
{
    static readonly TimeSpan Remembered = TimeSpan.FromSeconds(30);

    readonly MemoryCache cache = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    public async Task<Person> Find(string token, HazinaClient api)
    {
        var now = time.GetUtcNow();
        if (cache.TryGetValue(KeyOf(token), out Known? known) && known!.Until > now)
            return known.Person;
        var me = api.GetMeAsync();
        var preferences = api.GetPreferencesAsync();
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
