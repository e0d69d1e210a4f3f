using System.Net;
using Dapper;
using Hazina.Identity.Passwords;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;

namespace Hazina.Identity.SigningIn;

/// <summary>So many times within so long.</summary>
/// <param name="Name">What is counted, with its values; only an HMAC of it is kept.</param>
/// <param name="Most">That many are let through.</param>
/// <param name="Within">After which counting starts anew.</param>
/// <param name="Counts">Whether being past it matters; it is counted in any case.</param>
sealed record Limit(string Name, int Most, TimeSpan Within, bool Counts = true);

/// <summary>
/// Counts attempts, in the database, so that several servers count together. An attempt is counted before it is made, so that those made side by
/// side all count; one that succeeds is given back.
/// </summary>
sealed class Throttle(Database database, Pepper pepper, TimeProvider time)
{
    /// <summary>Counts an attempt.</summary>
    /// <returns>Null when it may be made.</returns>
    public async Task<Refusal?> Take(CancellationToken cancellation, params IReadOnlyList<Limit> limits)
    {
        var now = time.GetUtcNow();
        var keyed = Keyed(limits);
        await using var connection = await database.Beside("identity").OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(
                TakeWriterSql,
                new
                {
                    keys = keyed.Select(k => k.Key).ToArray(),
                    untils = keyed.Select(k => (now + k.Limit.Within).UtcDateTime).ToArray(),
                    now,
                },
                cancellationToken: cancellation
            )
        );
        var over = rows.Where(r => keyed.Any(k => k.Limit.Counts && r.Count > k.Limit.Most && r.Key.AsSpan().SequenceEqual(k.Key)))
            .ToList();
        return over.Count == 0
            ? null
            : Refusals.TooManyAttempts.Because("This was tried too often.") with
            {
                RetryAfter = over.Max(r => r.Until) - now,
            };
    }

    /// <summary>Takes back what a successful attempt was counted for; the first limit starts anew.</summary>
    public async Task GiveBack(CancellationToken cancellation, params IReadOnlyList<Limit> limits)
    {
        var first = KeyOf(limits[0]);
        await using var connection = await database.Beside("identity").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            new CommandDefinition(
                GiveBackWriterSql,
                new { first, keys = Keyed(limits).Select(k => k.Key).ToArray() },
                cancellationToken: cancellation
            )
        );
    }

    /// <summary>Forgets what has run out.</summary>
    public async Task Sweep(CancellationToken cancellation)
    {
        await using var connection = await database.Beside("identity").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            new CommandDefinition(SweepWriterSql, new { now = time.GetUtcNow() }, cancellationToken: cancellation)
        );
    }

    public static string Network(IPAddress? address) => AddressBlock.Of(address).ToString();

    /// <summary>Whether somebody (<c>u</c>) was signed in from a network lately, for a query that names both.</summary>
    public const string IsKnownHere = """
        exists (select from identity.sessions s where s.user_id = u.id and s.network = @network::inet and s.created_at > @knownSince) as is_known_here
        """;

    /// <summary>What <see cref="IsKnownHere"/> takes for lately.</summary>
    public static DateTimeOffset KnownSince(DateTimeOffset now) => now.AddDays(-90);

    byte[] KeyOf(Limit limit) => pepper.Of("attempts", limit.Name);

    /// <summary>In one order everywhere: two that count the same things do not wait for each other in a circle.</summary>
    List<(Limit Limit, byte[] Key)> Keyed(IReadOnlyList<Limit> limits) =>
        [.. limits.Select(l => (l, KeyOf(l))).OrderBy(k => Convert.ToHexString(k.Item2), StringComparer.Ordinal)];

    sealed record Row(byte[] Key, int Count, DateTimeOffset Until);

    const string TakeWriterSql = """
        insert into identity.attempts as a (key, count, until)
        select u.key, 1, u.until from unnest(@keys::bytea[], @untils::timestamptz[]) as u (key, until)
        on conflict (key) do update
           set count = case when a.until <= @now then 1 else least(a.count + 1, 1000000) end,
               until = case when a.until <= @now then excluded.until else a.until end
        returning key, count, until
        """;

    const string GiveBackWriterSql = """
        update identity.attempts set count = case when key = @first then 0 else greatest(count - 1, 0) end
         where key in (select k.key from identity.attempts k where k.key = any (@keys::bytea[]) order by k.key for update)
        """;

    const string SweepWriterSql = "delete from identity.attempts where until <= @now";
}
