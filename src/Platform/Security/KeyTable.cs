using Dapper;
using Hazina.Platform.Http;
using Npgsql;

namespace Hazina.Platform.Security;

/// <summary>
/// What is done to keys, for whoever does it: on the writer's connection to any of them, in a person's own transaction to theirs alone, which row-level
/// security sees to.
/// </summary>
static class KeyTable
{
    public static async Task<NewApiKey> Insert(NpgsqlConnection connection, ApiKeyRow row, CancellationToken cancellation)
    {
        var text = KeyText.New(row.Book);
        var made = row with { Hint = text[^4..] };
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertSql,
                new
                {
                    made.Id,
                    made.Name,
                    made.Book,
                    made.Permissions,
                    hash = KeyText.Hash(text),
                    made.Hint,
                    made.CreatedAt,
                    made.ExpiresAt,
                    made.Addresses,
                    made.RequestsPerMinute,
                    made.OwnerType,
                    made.OwnerId,
                    made.Replaces,
                },
                cancellationToken: cancellation
            )
        );
        return new NewApiKey(text, made);
    }

    /// <summary>Makes a key's successor, which is like it and lasts as long as it was made to last; the old one ends after the overlap.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">A key that can be used.</param>
    /// <param name="overlap">How long both can be used.</param>
    /// <param name="now">The time.</param>
    /// <param name="mayBe">Says no to a successor that its maker may not make.</param>
    public static async Task<(NewApiKey? Made, Refusal? Refusal)> Rotate(
        NpgsqlConnection connection,
        Guid id,
        TimeSpan overlap,
        DateTimeOffset now,
        Func<ApiKeyRow, Task<Refusal?>> mayBe,
        CancellationToken cancellation
    )
    {
        var old = await connection.QuerySingleOrDefaultAsync<ApiKeyRow>(
            new CommandDefinition(LockSql, new { id }, cancellationToken: cancellation)
        );
        if (old is null)
            return (null, PlatformRefusals.NoSuchKey.Because($"There is no key {id}.", "key"));
        if (!old.IsUsable(now))
            return (null, PlatformRefusals.KeyEnded.Because("Only a key that can be used can be rotated.", "key"));
        if (await connection.QuerySingleAsync<bool>(new CommandDefinition(IsReplacedSql, new { id }, cancellationToken: cancellation)))
            return (null, PlatformRefusals.KeyEnded.Because("The key has been rotated already; rotate its successor.", "key"));
        if (await mayBe(old) is { } refusal)
            return (null, refusal);

        var made = await Insert(
            connection,
            old with
            {
                Id = Guid.CreateVersion7(now),
                CreatedAt = now,
                ExpiresAt = now + (old.ExpiresAt - old.CreatedAt),
                LastUsedAt = null,
                Replaces = id,
            },
            cancellation
        );
        await connection.ExecuteAsync(new CommandDefinition(EndSql, new { id, at = now + overlap }, cancellationToken: cancellation));
        return (made, null);
    }

    const string InsertSql = """
        insert into platform.api_keys
               (id, name, book, permissions, hash, hint, created_at, expires_at, addresses, requests_per_minute, owner_type, owner_id, replaces)
        values (@id, @name, @book, @permissions, @hash, @hint, @createdAt, @expiresAt, @addresses::text[]::cidr[], @requestsPerMinute, @ownerType,
                @ownerId, @replaces)
        """;

    // Two rotations at once: the second waits here and then sees the successor of the first.
    const string LockSql = """
        select id, name, book, permissions, hint, created_at, expires_at, revoked_at, last_used_at, addresses::text[] as addresses, requests_per_minute,
               owner_type, owner_id, replaces
          from platform.api_keys
         where id = @id
           for update
        """;

    const string IsReplacedSql = "select exists (select from platform.api_keys where replaces = @id)";

    const string EndSql = "update platform.api_keys set expires_at = least(expires_at, @at) where id = @id";
}
