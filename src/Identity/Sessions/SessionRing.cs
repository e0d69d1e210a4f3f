using System.Collections.Concurrent;
using Dapper;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hazina.Identity.Sessions;

/// <summary>
/// Answers whose a session is. What it has learnt it remembers for ten seconds, so one that is ended elsewhere is refused soon, and one that is ended
/// here at once. When sessions were used is written down once a minute, which also lets them live on.
/// </summary>
sealed class SessionRing(
    Database database,
    RolePermissions permissions,
    IOptions<IdentityOptions> options,
    TimeProvider time,
    ILogger<SessionRing> logger
) : BackgroundService, ICallerSource
{
    // People are shared between books; until a session can say which, it sees the live one.
    const string Book = "live";
    const int MostRemembered = 10_000;
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(10),
        WriteEvery = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<string, Remembered> remembered = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<Guid, DateTimeOffset> used = new();

    public bool Gave(string text) => text.StartsWith(SessionToken.Start, StringComparison.Ordinal);

    public bool MayHaveEnded(string text) => SessionToken.IsWellFormed(text);

    public Caller? Recall(string text)
    {
        var now = time.GetUtcNow();
        if (!remembered.TryGetValue(Name(SessionToken.Hash(text)), out var known) || known.Until <= now)
            return null;
        used[known.Caller.Session!.Value] = now;
        return known.Caller;
    }

    public async Task<Caller?> Find(string text, CancellationToken cancellation)
    {
        if (!SessionToken.IsWellFormed(text))
            return null;
        var hash = SessionToken.Hash(text);
        var now = time.GetUtcNow();
        await using var connection = await database.Writer("identity").OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition(FindWriterSql, new { hash, now }, cancellationToken: cancellation)
        );
        if (row is null)
            return null;

        var caller = new Caller(row.UserId, $"user {row.UserId}", Book, permissions.Of(row.Roles)) { Session = row.Id };
        if (remembered.Count >= MostRemembered)
            remembered.Clear(); // forgetting costs a question each, remembering without end costs the process
        remembered[Name(hash)] = new Remembered(caller, now + Memory < row.ExpiresAt ? now + Memory : row.ExpiresAt);
        used[row.Id] = now;
        return caller;
    }

    /// <summary>One that has just been ended.</summary>
    public void Forget(Guid session) => Forget(c => c.Session == session);

    /// <summary>All of somebody whose sessions have just been ended.</summary>
    public void ForgetAllOf(Guid user) => Forget(c => c.Id == user);

    /// <summary>Writes down when sessions were last used.</summary>
    public async Task WriteUse(CancellationToken cancellation)
    {
        var batch = used.OrderBy(p => p.Key).ToArray();
        if (batch.Length == 0)
            return;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            new CommandDefinition(
                UsedWriterSql,
                new
                {
                    ids = batch.Select(p => p.Key).ToArray(),
                    times = batch.Select(p => p.Value.UtcDateTime).ToArray(),
                    idle = options.Value.SessionIdle,
                    length = options.Value.SessionLength,
                },
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

    async Task TryWriteUse()
    {
        try
        {
            await WriteUse(CancellationToken.None);
        }
        catch (Exception e) // whatever it is: no session ends for it, and nothing else does
        {
            IdentityLog.SessionUseNotWritten(logger, e.Message);
        }
    }

    // By hash, so that no token lies about in memory in the clear.
    static string Name(byte[] hash) => Convert.ToBase64String(hash);

    void Forget(Func<Caller, bool> which)
    {
        foreach (var (name, known) in remembered)
        {
            if (which(known.Caller))
                remembered.TryRemove(name, out _);
        }
    }

    sealed record Remembered(Caller Caller, DateTimeOffset Until);

    sealed record Row(Guid Id, Guid UserId, string[] Roles, DateTimeOffset ExpiresAt);

    const string FindWriterSql = """
        select s.id, s.user_id, u.roles, s.expires_at
          from identity.sessions s
          join identity.users u on u.id = s.user_id
         where s.token_hash = @hash and s.ended_at is null and s.expires_at > @now and u.status = 'active'
        """;

    const string UsedWriterSql = """
        update identity.sessions s
           set last_seen_at = greatest(s.last_seen_at, u.at), expires_at = greatest(s.expires_at, least(u.at + @idle, s.created_at + @length))
          from unnest(@ids::uuid[], @times::timestamptz[]) as u (id, at)
         where s.id = u.id and s.ended_at is null
        """;
}
