using System.Text.Json.Nodes;
using Dapper;
using Hazina.Platform.Files;
using Hazina.Platform.Postgres;

namespace Hazina.Platform.Privacy;

/// <summary>What the platform itself holds of people: their keys, what they asked for and decided on, their calls of the API, their files.</summary>
sealed class OwnTraces(Database database, FileRoom files, TimeProvider time)
{
    public async Task<JsonObject> Export(Guid person, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        async Task<JsonNode> Rows(string sql) =>
            JsonNode.Parse(
                await connection.QuerySingleAsync<string>(new CommandDefinition(sql, new { person }, cancellationToken: cancellation))
            )!;
        return new JsonObject
        {
            ["api_keys"] = await Rows(KeysWriterSql),
            ["approvals"] = await Rows(ApprovalsWriterSql),
            ["api_calls"] = await Rows(CallsWriterSql),
            ["files"] = await Rows(FilesWriterSql),
        };
    }

    /// <summary>Ends keys, deletes files, and has calls forget where they came from and what they said. Approvals are business that stays, by ids.</summary>
    public async Task Erase(Guid person, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            new CommandDefinition(EraseKeysWriterSql, new { person, now = time.GetUtcNow() }, cancellationToken: cancellation)
        );
        await connection.ExecuteAsync(
            new CommandDefinition(EraseCallsWriterSql, new { person }, commandTimeout: 0, cancellationToken: cancellation)
        );
        await files.DeleteOf(person, cancellation);
    }

    const string KeysWriterSql = """
        select coalesce(jsonb_agg(to_jsonb(k) order by k.id), '[]')::text
          from (select id, name, book, permissions, addresses::text[] as addresses, created_at, expires_at, revoked_at, last_used_at
                  from platform.api_keys where owner_type = 'user' and owner_id = @person) k
        """;

    const string ApprovalsWriterSql = """
        select coalesce(jsonb_agg(to_jsonb(a) order by a.id), '[]')::text
          from (select id, kind, subject, note, reason, status, asked_at, decided_at, maker = @person as asked_for_it
                  from platform.approvals where maker = @person or checker = @person) a
        """;

    const string CallsWriterSql = """
        select coalesce(jsonb_agg(to_jsonb(c) order by c.id), '[]')::text
          from (select id, at, request_id, method, path, status, host(address) as address, key_id, body
                  from platform.api_calls
                 where user_id = @person
                    or key_id = any (array(select k.id from platform.api_keys k where k.owner_type = 'user' and k.owner_id = @person))
                 order by id desc limit 10000) c
        """;

    const string FilesWriterSql = """
        select coalesce(jsonb_agg(to_jsonb(f) order by f.id), '[]')::text
          from (select id, purpose, size, type, encode(sha256, 'hex') as sha256, created_at
                  from platform.files where owner_type = 'user' and owner_id = @person and deleted_at is null) f
        """;

    const string EraseCallsWriterSql = """
        update platform.api_calls set address = null, body = null
         where user_id = @person
            or key_id = any (array(select k.id from platform.api_keys k where k.owner_type = 'user' and k.owner_id = @person))
        """;

    const string EraseKeysWriterSql = """
        update platform.api_keys set name = 'erased', addresses = '{}', revoked_at = coalesce(revoked_at, @now)
         where owner_type = 'user' and owner_id = @person
        """;
}
