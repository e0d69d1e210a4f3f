using Dapper;
using Npgsql;

namespace Hazina.Platform.Events;

/// <summary>The turn to append: one transaction, which nobody else has at the same time.</summary>
sealed class EventAppender(NpgsqlConnection connection, NpgsqlTransaction transaction, long last) : IAsyncDisposable
{
    long last = last;

    public Task<long> Position(string source, CancellationToken cancellation) =>
        connection.ExecuteScalarAsync<long>(
            new CommandDefinition(PositionWriterSql, new { source }, transaction, cancellationToken: cancellation)
        );

    /// <summary>Which of these are in the log already: left in an outbox by a process that died after it had stored them.</summary>
    public async Task<HashSet<Guid>> Known(Guid[] ids, CancellationToken cancellation) =>
        [
            .. await connection.QueryAsync<Guid>(
                new CommandDefinition(KnownWriterSql, new { ids }, transaction, cancellationToken: cancellation)
            ),
        ];

    public async Task Append(IReadOnlyList<NewEvent> events, CancellationToken cancellation)
    {
        if (events.Count == 0)
            return;
        await using var command = new NpgsqlCommand(AppendWriterSql, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<long>("last", last));
        foreach (var parameter in EventArrays.Of(events))
            command.Parameters.Add(parameter);
        await command.ExecuteNonQueryAsync(cancellation);
        last += events.Count;
    }

    /// <summary>Gives each row of a run the next number.</summary>
    /// <param name="source">Whose it is.</param>
    /// <param name="after">The position that the run begins after.</param>
    /// <param name="run">What it has.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task Append(string source, long after, EventRun run, CancellationToken cancellation)
    {
        var shift = last - after;
        last = run.UpTo + shift;
        await connection.ExecuteAsync(
            new CommandDefinition(
                AppendRunWriterSql,
                new
                {
                    upTo = last,
                    source,
                    shift,
                    books = run.Parts.Select(p => p.Book).ToArray(),
                    types = run.Parts.Select(p => p.Type.Name).ToArray(),
                    shown = run.Parts.Select(p => p.Type.IsPublic).ToArray(),
                    firsts = run.Parts.Select(p => p.First).ToArray(),
                    lasts = run.Parts.Select(p => p.Last).ToArray(),
                    position = run.UpTo,
                },
                transaction,
                cancellationToken: cancellation
            )
        );
    }

    public async Task Commit(CancellationToken cancellation)
    {
        await connection.ExecuteAsync(new CommandDefinition(NumberWriterSql, new { last }, transaction, cancellationToken: cancellation));
        // Not to be cancelled: whether it happened would not be known.
        await transaction.CommitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    const string PositionWriterSql = "select coalesce((select position from platform.event_sources where name = @source), 0)";

    const string KnownWriterSql = "select id from platform.events where id = any (@ids::uuid[])";

    const string AppendWriterSql = """
        insert into platform.events (number, id, type, book, key, is_public, occurred_at, data)
        select @last::bigint + e.ordinal, e.id, e.type, e.book, e.key, e.is_public, e.occurred_at, e.data::jsonb
        from unnest(@ids::uuid[], @types::text[], @books::text[], @keys::text[], @shown::boolean[], @times::timestamptz[], @data::text[])
          with ordinality as e(id, type, book, key, is_public, occurred_at, data, ordinal)
        on conflict (id) do nothing
        """;

    const string AppendRunWriterSql = """
        with moved as (
            insert into platform.event_sources (name, position) values (@source, @position)
            on conflict (name) do update set position = excluded.position
        )
        insert into platform.event_runs (up_to, book, type, is_public, source, shift, first, last)
        select @upTo::bigint, p.book, p.type, p.is_public, @source, @shift::bigint, p.first + @shift::bigint, p.last + @shift::bigint
        from unnest(@books::text[], @types::text[], @shown::boolean[], @firsts::bigint[], @lasts::bigint[])
          as p(book, type, is_public, first, last)
        """;

    const string NumberWriterSql = "update platform.event_numbers set last = @last";
}
