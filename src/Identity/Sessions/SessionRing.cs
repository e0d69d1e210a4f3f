using System.Collections.Frozen;
using System.Security.Cryptography;
using Dapper;
using Hazina.Identity.Organizations;
using Hazina.Identity.SecondFactors;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hazina.Identity.Sessions;

/// <summary>Answers whose a session is. One that is ended here is refused at once. Writing down when sessions were used also lets them live on.</summary>
sealed class SessionRing(
    Database database,
    RolePermissions permissions,
    Confirmations confirmations,
    Remembered remembered,
    IOptions<IdentityOptions> options,
    TimeProvider time,
    ILogger<SessionRing> logger
) : BackgroundService, ICallerSource
{
    // People are shared between books; until a session can say which, it sees the live one.
    const string Book = "live";
    static readonly string[] KeyManagers = OrganizationRights.RolesWith(OrganizationRight.ManageKeys);

    readonly CallerMemory memory = new(time);

    public bool Gave(string text) => text.StartsWith(SessionToken.Start, StringComparison.Ordinal);

    public bool MayHaveEnded(string text) => SessionToken.IsWellFormed(text);

    public Caller? Recall(string text)
    {
        if (text.Length != SessionToken.Length)
            return null;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SessionToken.Hash(text, hash);
        return memory.Recall(hash);
    }

    public async Task<Caller?> Find(string text, CancellationToken cancellation)
    {
        if (!SessionToken.IsWellFormed(text))
            return null;
        var (hash, asked) = (SessionToken.Hash(text), memory.Forgotten);
        var now = time.GetUtcNow();
        await using var connection = await database.Beside("identity").OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition(
                FindWriterSql,
                new
                {
                    hash,
                    now,
                    managers = KeyManagers,
                },
                cancellationToken: cancellation
            )
        );
        if (row is null)
            return null;

        var isHalf = permissions.IsHalf(row.Roles, row.HasSecondFactor);
        var caller = new Caller(row.UserId, $"user {row.UserId}", Book, permissions.Of(row.Roles, row.HasSecondFactor))
        {
            Session = row.Id,
            Hint = isHalf ? "Who works for the platform needs a second factor for that: POST /v1/me/authenticator, or a passkey." : null,
            Organizations = row.Organizations.ToFrozenSet(),
        };
        memory.Remember(hash, row.Id, caller, row.ExpiresAt, asked);
        return caller;
    }

    public Task<Refusal?> Unconfirmed(Caller caller, CancellationToken cancellation) =>
        confirmations.Missing(caller.Session!.Value, cancellation);

    /// <summary>One that has just been ended.</summary>
    public void Forget(Guid session) => memory.Forget(c => c.Session == session);

    /// <summary>All of somebody whose sessions have just been ended.</summary>
    public void ForgetAllOf(Guid user) => memory.Forget(c => c.Id == user);

    /// <summary>All who manage the keys of an organisation that has just been suspended.</summary>
    public void ForgetMembersOf(Guid organization) => memory.Forget(c => c.Organizations.Contains(organization));

    /// <summary>Writes down when sessions were last used.</summary>
    public Task WriteUse() => memory.WriteUse(Write);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        memory.KeepWriting(Write, e => IdentityLog.SessionUseNotWritten(logger, e.Message), stoppingToken);

    async Task Write(Guid[] ids, DateTime[] times)
    {
        await using var connection = await database.Beside("identity").OpenConnectionAsync();
        var users = await connection.QueryAsync<Guid>(
            UsedWriterSql,
            new
            {
                ids,
                times,
                idle = options.Value.SessionIdle,
                length = options.Value.SessionLength,
            }
        );
        // After the commit, since it is one statement: who read just before shows a minute that is one too old, for as long as the next use.
        await remembered.Used(users.Distinct());
    }

    sealed record Row(Guid Id, Guid UserId, string[] Roles, DateTimeOffset ExpiresAt, bool HasSecondFactor, Guid[] Organizations);

    const string FindWriterSql = $"""
        select s.id, s.user_id, u.roles, s.expires_at, {SecondFactor.IsThere} as has_second_factor,
               array(select o.id from identity.members m
                       join identity.organizations o on o.id = m.organization_id and o.status = 'active'
                      where m.user_id = u.id and m.role = any (@managers::text[])) as organizations
          from identity.sessions s
          join identity.users u on u.id = s.user_id
         where s.token_hash = @hash and s.ended_at is null and s.expires_at > @now and u.status = 'active'
        """;

    const string UsedWriterSql = """
        update identity.sessions s
           set last_seen_at = greatest(s.last_seen_at, u.at), expires_at = greatest(s.expires_at, least(u.at + @idle, s.created_at + @length))
          from unnest(@ids::uuid[], @times::timestamptz[]) as u (id, at)
         where s.id = u.id and s.ended_at is null
        returning s.user_id
        """;
}
