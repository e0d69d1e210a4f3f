using Dapper;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Npgsql;

namespace Hazina.Insight.Trail;

/// <summary>Adds entries to the trail, under the lock of its head, and makes room for them.</summary>
sealed class AuditAppender(Database database, TimeProvider time)
{
    // How far the clock of who acted may be ahead of that of who writes it down.
    static readonly TimeSpan Skew = TimeSpan.FromDays(1);

    const int MonthsAhead = 12;

    /// <summary>All of them or none. What the trail has already is passed over: an event may come twice.</summary>
    public async Task Append(IReadOnlyList<StoredEvent> told, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("insight").OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var head = await connection.QuerySingleAsync<Head>(
            new CommandDefinition(TakeHeadWriterSql, transaction: transaction, cancellationToken: cancellation)
        );
        var known = await connection.QueryAsync<Guid>(
            new CommandDefinition(
                KnownWriterSql,
                new { ids = told.Select(t => t.Id).ToArray(), since = told.Min(t => t.OccurredAt) - Skew },
                transaction,
                cancellationToken: cancellation
            )
        );
        var rows = Chained(head, told.ExceptBy(known, t => t.Id).ToList());
        if (rows.Count == 0)
            return;
        await Insert(transaction, rows, cancellation);
        var last = rows[^1];
        await connection.ExecuteAsync(
            new CommandDefinition(
                MoveHeadWriterSql,
                new
                {
                    last.Number,
                    last.Hash,
                    last.RecordedAt,
                },
                transaction,
                cancellationToken: cancellation
            )
        );
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Makes the months to come.</summary>
    public async Task MakeMonths(CancellationToken cancellation)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        await using var connection = await database.Writer("insight").OpenConnectionAsync(cancellation);
        for (var month = 0; month <= MonthsAhead; month++)
            await connection.ExecuteAsync(
                new CommandDefinition(MakeMonthWriterSql, new { month = today.AddMonths(month) }, cancellationToken: cancellation)
            );
    }

    List<AuditRow> Chained(Head head, IReadOnlyList<StoredEvent> told)
    {
        var now = time.GetUtcNow();
        // Of two processes one may have the slower clock; the chain's times go forward, so that a month is a piece of it.
        var at = new DateTimeOffset(Math.Max(now.Ticks - now.Ticks % TimeSpan.TicksPerMicrosecond, head.RecordedAt.Ticks), TimeSpan.Zero);
        List<AuditRow> rows = [];
        var (number, hash) = (head.Number, head.Hash);
        foreach (var one in told)
        {
            var row = RowOf(one, ++number, at).Sealed(hash);
            hash = row.Hash;
            rows.Add(row);
        }

        return rows;
    }

    static AuditRow RowOf(StoredEvent told, long number, DateTimeOffset at)
    {
        var record = told.Read(Audit.TypeOf(told.Type[..told.Type.IndexOf('.', StringComparison.Ordinal)]));
        return new AuditRow
        {
            Number = number,
            RecordedAt = at,
            Id = told.Id,
            OccurredAt = told.OccurredAt,
            Action = record.Action,
            ActorType = Words.Of(record.ActorType),
            ActorId = record.ActorId,
            TargetType = record.TargetType,
            TargetId = record.TargetId,
            Before = record.Before?.GetRawText(),
            After = record.After?.GetRawText(),
            Book = record.Book,
            Session = record.Session,
            RequestId = record.RequestId,
            Address = record.Address,
            UserAgent = record.UserAgent,
        };
    }

    static async Task Insert(NpgsqlTransaction transaction, List<AuditRow> rows, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(InsertWriterSql, transaction.Connection, transaction);
        Add("number", r => r.Number);
        Add("recordedAt", r => r.RecordedAt);
        Add("id", r => r.Id);
        Add("occurredAt", r => r.OccurredAt);
        Add("action", r => r.Action);
        Add("actorType", r => r.ActorType);
        Add("actorId", r => r.ActorId);
        Add("targetType", r => r.TargetType);
        Add("targetId", r => r.TargetId);
        Add("before", r => r.Before);
        Add("after", r => r.After);
        Add("book", r => r.Book);
        Add("session", r => r.Session);
        Add("requestId", r => r.RequestId);
        Add("address", r => r.Address);
        Add("userAgent", r => r.UserAgent);
        Add("originSalt", r => r.OriginSalt);
        Add("originDigest", r => r.OriginDigest);
        Add("previousHash", r => r.PreviousHash);
        Add("hash", r => r.Hash);
        await command.ExecuteNonQueryAsync(cancellation);

        void Add<T>(string name, Func<AuditRow, T> value) =>
            command.Parameters.Add(new NpgsqlParameter<T[]>(name, [.. rows.Select(value)]));
    }

    sealed record Head(long Number, byte[] Hash, DateTimeOffset RecordedAt);

    const string TakeHeadWriterSql = "select number, hash, recorded_at from insight.audit_head for update";

    const string MoveHeadWriterSql = "update insight.audit_head set number = @number, hash = @hash, recorded_at = @recordedAt";

    const string KnownWriterSql = "select id from insight.audit_entries where id = any (@ids::uuid[]) and recorded_at >= @since";

    const string MakeMonthWriterSql = "select insight.make_audit_month(@month::date)";

    const string InsertWriterSql = """
        insert into insight.audit_entries
               (number, recorded_at, id, occurred_at, action, actor_type, actor_id, target_type, target_id, before, after, book, session, request_id,
                address, user_agent, origin_salt, origin_digest, previous_hash, hash)
        select e.number, e.recorded_at, e.id, e.occurred_at, e.action, e.actor_type, e.actor_id, e.target_type, e.target_id, e.before::jsonb,
               e.after::jsonb, e.book, e.session, e.request_id, e.address, e.user_agent, e.origin_salt, e.origin_digest, e.previous_hash, e.hash
          from unnest(@number::bigint[], @recordedAt::timestamptz[], @id::uuid[], @occurredAt::timestamptz[], @action::text[], @actorType::text[],
                      @actorId::text[], @targetType::text[], @targetId::text[], @before::text[], @after::text[], @book::text[], @session::uuid[],
                      @requestId::text[], @address::text[], @userAgent::text[], @originSalt::bytea[], @originDigest::bytea[],
                      @previousHash::bytea[], @hash::bytea[])
            as e (number, recorded_at, id, occurred_at, action, actor_type, actor_id, target_type, target_id, before, after, book, session, request_id,
                  address, user_agent, origin_salt, origin_digest, previous_hash, hash)
        """;
}
