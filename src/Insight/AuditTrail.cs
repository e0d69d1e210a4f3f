using System.Data;
using Dapper;
using Hazina.Insight.Trail;
using Hazina.Platform.Postgres;
using Npgsql;

namespace Hazina.Insight;

/// <summary>The audit trail as the command line deals with it.</summary>
public static class AuditTrail
{
    /// <summary>
    /// Walks the whole chain: that the numbers have no gap, that each entry follows the one before, and that each one's content gives its hash. It
    /// reads only, and entries may be added meanwhile.
    /// </summary>
    /// <param name="database">A migrated one.</param>
    /// <param name="known">
    /// An entry that was noted earlier, elsewhere: without one, whoever owns the database could take the last entries away together with the head.
    /// </param>
    /// <param name="progress">Told now and then how many entries were walked.</param>
    public static async Task<AuditReport> Verify(
        Database database,
        AuditMark? known = null,
        IProgress<long>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(database);
        await using var connection = await database.Writer("insight").OpenConnectionAsync(cancellation);
        // One moment for all: the head and the rows belong together.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var head = await connection.QuerySingleAsync<AuditMark>(
            new CommandDefinition(HeadWriterSql, transaction: transaction, cancellationToken: cancellation)
        );
        var walk = new AuditWalk(known);
        await using (var command = new NpgsqlCommand(WalkWriterSql, connection, transaction) { CommandTimeout = 0 })
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            var parse = reader.GetRowParser<AuditRow>();
            while (await reader.ReadAsync(cancellation))
            {
                walk.Take(parse(reader));
                if (walk.Entries % 10_000 == 0)
                    progress?.Report(walk.Entries);
            }
        }

        return walk.End(head);
    }

    const string HeadWriterSql = "select number, encode(hash, 'hex') as hash from insight.audit_head";

    const string WalkWriterSql = """
        select number, recorded_at, id, occurred_at, action, actor_type, actor_id, target_type, target_id, before::text as before, after::text as after,
               book, session, request_id, address, user_agent, origin_salt, origin_digest, previous_hash, hash
          from insight.audit_entries
         order by number, recorded_at
        """;
}

/// <summary>An entry by which the trail up to it is known.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Hash">Its hash, 64 hexadecimal digits.</param>
public sealed record AuditMark(long Number, string Hash);

/// <summary>What a walk over the trail found.</summary>
/// <param name="Entries">How many there are.</param>
/// <param name="Erased">How many of them had an address or an agent that was erased, as is allowed.</param>
/// <param name="Broken">In how many places the chain is broken; 0 where it is whole.</param>
/// <param name="First">The first of them, in a sentence; null where it is whole.</param>
/// <param name="Head">The last entry; worth noting elsewhere.</param>
public sealed record AuditReport(long Entries, long Erased, long Broken, string? First, AuditMark Head)
{
    public bool IsWhole => Broken == 0;
}
