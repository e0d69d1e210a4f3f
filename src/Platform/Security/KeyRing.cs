using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hazina.Platform.Security;

/// <summary>
/// Answers whose a key is. What it has learnt it remembers for ten seconds, so that a busy key costs the database a question now and then, and
/// a revoked one is refused soon. When keys were used is written down once a minute.
/// </summary>
sealed class KeyRing(Database database, TimeProvider time, ILogger<KeyRing> logger) : BackgroundService, ICallerSource
{
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(10),
        WriteEvery = TimeSpan.FromMinutes(1);
    const int MostRemembered = 10_000;

    readonly ConcurrentDictionary<string, Remembered> remembered = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<Guid, DateTimeOffset> used = new();

    public bool Gave(string text) => text.StartsWith("hz_", StringComparison.Ordinal);

    public bool MayHaveEnded(string text) => false;

    public Caller? Recall(string text)
    {
        var now = time.GetUtcNow();
        if (!remembered.TryGetValue(Name(KeyText.Hash(text)), out var known) || known.Until <= now || known.ExpiresAt <= now)
            return null;
        used[known.Caller.Id] = now;
        return known.Caller;
    }

    public async Task<Caller?> Find(string text, CancellationToken cancellation)
    {
        if (!KeyText.IsWellFormed(text))
            return null;
        var hash = KeyText.Hash(text);
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition(FindWriterSql, new { hash }, cancellationToken: cancellation)
        );
        var now = time.GetUtcNow();
        if (row is null || !CryptographicOperations.FixedTimeEquals(row.Hash, hash) || row.RevokedAt is not null || row.ExpiresAt <= now)
            return null;

        var caller = new Caller(row.Id, row.Name, row.Book, row.Permissions.ToFrozenSet(StringComparer.Ordinal));
        if (remembered.Count >= MostRemembered)
            remembered.Clear(); // forgetting costs a question each, remembering without end costs the process
        remembered[Name(hash)] = new Remembered(caller, now + Memory, row.ExpiresAt);
        used[row.Id] = now;
        return caller;
    }

    /// <summary>Writes down when keys were last used.</summary>
    public async Task WriteUse(CancellationToken cancellation)
    {
        var batch = used.ToArray();
        if (batch.Length == 0)
            return;
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            new CommandDefinition(
                UsedWriterSql,
                new { ids = batch.Select(p => p.Key).ToArray(), times = batch.Select(p => p.Value.UtcDateTime).ToArray() },
                cancellationToken: cancellation
            )
        );
        foreach (var written in batch)
            used.TryRemove(written);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(WriteEvery, time);
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryWriteUse();
        }
        catch (OperationCanceledException)
        {
            await TryWriteUse(); // stopping
        }
    }

    // By hash, so that no key lies about in memory in the clear.
    static string Name(byte[] hash) => Convert.ToBase64String(hash);

    async Task TryWriteUse()
    {
        try
        {
            await WriteUse(CancellationToken.None);
        }
        catch (Exception e) when (Problems.IsUnavailable(e))
        {
            PlatformLog.KeyUseNotWritten(logger, e.Message);
        }
    }

    sealed record Remembered(Caller Caller, DateTimeOffset Until, DateTimeOffset? ExpiresAt);

    sealed record Row(
        Guid Id,
        string Name,
        string Book,
        string[] Permissions,
        byte[] Hash,
        DateTimeOffset? ExpiresAt,
        DateTimeOffset? RevokedAt
    );

    const string FindWriterSql =
        "select id, name, book, permissions, hash, expires_at, revoked_at from platform.api_keys where hash = @hash";

    const string UsedWriterSql = """
        update platform.api_keys k
           set last_used_at = u.at
          from unnest(@ids::uuid[], @times::timestamptz[]) as u (id, at)
         where k.id = u.id and (k.last_used_at is null or k.last_used_at < u.at)
        """;
}
