using System.Collections.Frozen;
using System.Security.Cryptography;
using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hazina.Platform.Security;

/// <summary>Answers whose a key is.</summary>
sealed class KeyRing(Database database, TimeProvider time, ILogger<KeyRing> logger) : BackgroundService, ICallerSource
{
    readonly CallerMemory memory = new(time);

    public bool Gave(string text) => text.StartsWith("hz_", StringComparison.Ordinal);

    public bool MayHaveEnded(string text) => false;

    public Task<Refusal?> Unconfirmed(Caller caller, CancellationToken cancellation) => Task.FromResult<Refusal?>(null);

    public Caller? Recall(string text)
    {
        if (text.Length != KeyText.Length)
            return null;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        KeyText.Hash(text, hash);
        return memory.Recall(hash);
    }

    public async Task<Caller?> Find(string text, CancellationToken cancellation)
    {
        if (!KeyText.IsWellFormed(text))
            return null;
        var (hash, asked) = (KeyText.Hash(text), memory.Forgotten);
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition(FindWriterSql, new { hash }, cancellationToken: cancellation)
        );
        var now = time.GetUtcNow();
        if (row is null || !CryptographicOperations.FixedTimeEquals(row.Hash, hash) || row.RevokedAt is not null || row.ExpiresAt <= now)
            return null;

        var caller = new Caller(row.Id, row.Name, row.Book, row.Permissions.ToFrozenSet(StringComparer.Ordinal))
        {
            Addresses = AllowedAddresses.Of(row.Addresses),
            RequestsPerMinute = row.RequestsPerMinute,
            KeyOfPerson = row.OwnerType == "user" ? row.OwnerId : null,
            KeyOfOrganization = row.OwnerType == "organization" ? row.OwnerId : null,
        };
        memory.Remember(hash, row.Id, caller, row.ExpiresAt, asked);
        return caller;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        memory.KeepWriting(WriteUse, e => PlatformLog.KeyUseNotWritten(logger, e.Message), stoppingToken);

    async Task WriteUse(Guid[] ids, DateTime[] times)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync();
        await connection.ExecuteAsync(UsedWriterSql, new { ids, times });
    }

    sealed record Row(
        Guid Id,
        string Name,
        string Book,
        string[] Permissions,
        byte[] Hash,
        DateTimeOffset? ExpiresAt,
        DateTimeOffset? RevokedAt,
        string[] Addresses,
        int? RequestsPerMinute,
        string? OwnerType,
        Guid? OwnerId
    );

    const string FindWriterSql = """
        select id, name, book, permissions, hash, expires_at, revoked_at, addresses::text[] as addresses, requests_per_minute, owner_type, owner_id
          from platform.api_keys
         where hash = @hash and (owner_id is null or not exists (select from platform.held_owners h where h.owner_id = api_keys.owner_id))
        """;

    const string UsedWriterSql = """
        update platform.api_keys k
           set last_used_at = u.at
          from unnest(@ids::uuid[], @times::timestamptz[]) as u (id, at)
         where k.id = u.id and (k.last_used_at is null or k.last_used_at < u.at)
        """;
}
