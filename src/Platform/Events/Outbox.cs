using Dapper;
using Hazina.Platform.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Hazina.Platform.Events;

/// <summary>A module that has an outbox.</summary>
sealed record OutboxName(string Module);

/// <summary>
/// A module's events on their way: written with the fact in the same transaction, taken out once they are in the log. It is a queue, not a
/// series with a cursor: a transaction that took its <c>seq</c> early and committed late is simply still there.
/// </summary>
/// <remarks>
/// A module that tells makes its table in its own schema:
/// <code>
/// create table things.outbox (
///     seq         bigint      generated always as identity primary key,
///     id          uuid        not null,
///     type        text        not null,
///     book        text,
///     key         text        not null,
///     is_public   boolean     not null,
///     occurred_at timestamptz not null,
///     data        jsonb       not null
/// ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, vacuum_truncate = false, toast.vacuum_truncate = false);
/// grant insert on things.outbox to things;
/// grant select, insert, delete on things.outbox to things_writer;
/// -- A request writes audit entries in the name of whoever asks and in no other's.
/// alter table things.outbox enable row level security;
/// alter table things.outbox force row level security;
/// create policy own on things.outbox for insert to things
///     with check (type not like '%.audit.recorded.v%' or data ->> 'actor_id' = current_setting('app.user_id', true));
/// create policy every on things.outbox to things_writer using (true) with check (true);
/// </code>
/// </remarks>
public static class Outbox
{
    /// <summary>The elements of <c>$2</c> and on of <see cref="InsertManySql"/>: id, type, book, key, is public, occurred at, data.</summary>
    public static IReadOnlyList<NpgsqlDbType> Columns { get; } =
    [
        NpgsqlDbType.Uuid,
        NpgsqlDbType.Text,
        NpgsqlDbType.Text,
        NpgsqlDbType.Text,
        NpgsqlDbType.Boolean,
        NpgsqlDbType.TimestampTz,
        NpgsqlDbType.Text,
    ];

    /// <summary>Writes events of one module, in this order, when the transaction commits and not otherwise.</summary>
    /// <remarks>
    /// Events of a key keep their order when each is written while the lock is held that lets one at a time change what the key names (the row's own
    /// lock, mostly).
    /// </remarks>
    public static async Task Write(NpgsqlTransaction transaction, params IReadOnlyList<NewEvent> events)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(events);
        if (events.Count == 0)
            return;
        var module = ModuleOf(events[0]);
        if (events.FirstOrDefault(e => ModuleOf(e) != module) is { } other)
            throw new ArgumentException($"{other.Type} is not {module}'s: a module tells its own events.", nameof(events));
        await using var command = new NpgsqlCommand(InsertManySql(module), transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. Enumerable.Range(0, events.Count)] });
        foreach (var parameter in EventArrays.Of(events))
        {
            parameter.ParameterName = "";
            command.Parameters.Add(parameter);
        }

        await command.ExecuteNonQueryAsync();
    }

    /// <summary>One statement for many events: <c>$1</c> is their order (<c>int[]</c>), <c>$2</c> and on are <see cref="Columns"/>.</summary>
    public static string InsertManySql(string module) =>
        $"""
            insert into {module}.outbox (id, type, book, key, is_public, occurred_at, data)
            select e.id, e.type, e.book, e.key, e.is_public, e.occurred_at, e.data::jsonb
            from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::timestamptz[], $8::text[])
              as e(ordinal, id, type, book, key, is_public, occurred_at, data)
            order by e.ordinal
            """;

    internal static async Task<IReadOnlyList<(long Seq, NewEvent Event)>> Read(
        Database database,
        string module,
        int limit,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Writer(module).OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(PageSql(module), new { limit }, cancellationToken: cancellation));
        return [.. rows.Select(r => (r.Seq, new NewEvent(r.Id, r.Type, r.Book, r.Key, r.IsPublic, r.OccurredAt, r.Data)))];
    }

    internal static async Task Remove(Database database, string module, long[] rows, CancellationToken cancellation)
    {
        await using var connection = await database.Writer(module).OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(RemoveSql(module), new { rows }, cancellationToken: cancellation));
    }

    static string ModuleOf(NewEvent @event) => @event.Type[..@event.Type.IndexOf('.', StringComparison.Ordinal)];

    sealed record Row(long Seq, Guid Id, string Type, string? Book, string Key, bool IsPublic, DateTimeOffset OccurredAt, string Data);

    static string PageSql(string module) =>
        $"select seq, id, type, book, key, is_public, occurred_at, data::text as data from {module}.outbox order by seq limit @limit";

    static string RemoveSql(string module) => $"delete from {module}.outbox where seq = any (@rows::bigint[])";
}

/// <summary>Events as a statement takes many of them: an array a column.</summary>
static class EventArrays
{
    public static IEnumerable<NpgsqlParameter> Of(IReadOnlyList<NewEvent> events) =>
        [
            new NpgsqlParameter<Guid[]>("ids", [.. events.Select(e => e.Id)]),
            new NpgsqlParameter<string[]>("types", [.. events.Select(e => e.Type)]),
            new NpgsqlParameter<string?[]>("books", [.. events.Select(e => e.Book)]),
            new NpgsqlParameter<string[]>("keys", [.. events.Select(e => e.Key)]),
            new NpgsqlParameter<bool[]>("shown", [.. events.Select(e => e.IsPublic)]),
            new NpgsqlParameter<DateTimeOffset[]>("times", [.. events.Select(e => e.OccurredAt.ToUniversalTime())]),
            new NpgsqlParameter<string[]>("data", [.. events.Select(e => e.Data)]),
        ];
}
