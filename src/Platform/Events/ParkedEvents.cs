using Dapper;
using Hazina.Platform.Auditing;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Http;

namespace Hazina.Platform.Events;

/// <summary>The events that listeners have given up on, for operators: to see, to try again, to pass over.</summary>
public sealed class ParkedEvents(Database database, TimeProvider time)
{
    /// <summary>The oldest ones, at most a thousand.</summary>
    public async Task<IReadOnlyList<ParkedEvent>> List(CancellationToken cancellation = default)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<ParkedEvent>(new CommandDefinition(ListWriterSql, cancellationToken: cancellation))).AsList();
    }

    /// <summary>Some of them, by their numbers, the newest first.</summary>
    internal async Task<IReadOnlyList<ParkedEvent>> Some(
        ParkedId? cursor,
        bool isBefore,
        string? listener,
        int count,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        return (
            await connection.QueryAsync<ParkedEvent>(
                new CommandDefinition(
                    isBefore ? BeforeWriterSql : AfterWriterSql,
                    new
                    {
                        cursor?.Number,
                        name = cursor?.Listener,
                        listener,
                        count,
                    },
                    cancellationToken: cancellation
                )
            )
        ).AsList();
    }

    /// <summary>Has a parked event tried again, and if that goes well those behind it.</summary>
    /// <returns>False when it is not parked.</returns>
    public Task<bool> Replay(string listener, long number, CancellationToken cancellation = default) =>
        Do(ReplayWriterSql, new ParkedId(listener, number), "replayed", context: null, cancellation);

    /// <summary>Gives a parked event up for good, so that those behind it are handled.</summary>
    /// <returns>False when it is not parked, or is an entry of the audit trail, which would be gone without a trace: those can only be tried again.</returns>
    public Task<bool> Skip(string listener, long number, CancellationToken cancellation = default) =>
        Do(SkipWriterSql, new ParkedId(listener, number), "skipped", context: null, cancellation);

    /// <summary>The same for somebody who calls the API.</summary>
    internal Task<bool> Replay(ParkedId id, HttpContext context) => Do(ReplayWriterSql, id, "replayed", context, context.RequestAborted);

    /// <inheritdoc cref="Replay(ParkedId, HttpContext)"/>
    internal Task<bool> Skip(ParkedId id, HttpContext context) => Do(SkipWriterSql, id, "skipped", context, context.RequestAborted);

    internal async Task<bool> IsThere(ParkedId id, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(IsThereWriterSql, new { id.Listener, id.Number }, cancellationToken: cancellation)
        );
    }

    async Task<bool> Do(string sql, ParkedId id, string happened, HttpContext? context, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var values = new
        {
            id.Listener,
            id.Number,
            now,
        };
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(sql, values, transaction, cancellationToken: cancellation)))
            return false;
        await Audit.Write(
            transaction,
            context,
            new AuditEntry($"platform.event.{happened}", new AuditTarget("event", $"{id.Number}"), now)
            {
                Actor = context is null ? AuditActor.Operator : null,
                After = new { id.Listener },
            }
        );
        await transaction.CommitAsync(cancellation);
        return true;
    }

    const string Columns = """
        h.listener, h.number, h.type, h.key, h.tries, coalesce(h.error, '') as error, h.held_at,
               (select count(*) from platform.held_events as w
                where w.listener = h.listener and w.key = h.key and w.state = 'waiting') as waiting
        """;

    const string Tables = "platform.held_events as h where h.state = 'parked'";

    const string ListWriterSql = $"select {Columns} from {Tables} order by h.held_at, h.number limit 1000";

    const string AfterWriterSql = $"""
        select {Columns} from {Tables}
           and (@listener::text is null or h.listener = @listener) and (@number::bigint is null or (h.number, h.listener) < (@number, @name::text))
        order by h.number desc, h.listener desc limit @count
        """;

    const string BeforeWriterSql = $"""
        select {Columns} from {Tables}
           and (@listener::text is null or h.listener = @listener) and (h.number, h.listener) > (@number::bigint, @name::text)
        order by h.number, h.listener limit @count
        """;

    const string IsThereWriterSql = """
        select exists (select from platform.held_events where listener = @listener and number = @number and state = 'parked')
        """;

    const string ReplayWriterSql = """
        with again as (
            update platform.held_events set state = 'retrying', tries = 0, next_try_at = @now
            where listener = @listener and number = @number and state = 'parked' returning number
        )
        select exists (select from again)
        """;

    const string SkipWriterSql = """
        with gone as (
            delete from platform.held_events where listener = @listener and number = @number and state = 'parked'
               and type not like '%.audit.recorded.v%'
            returning listener, key, number
        ), next as (
            update platform.held_events as h set state = 'retrying', next_try_at = @now
            from gone
            where h.listener = gone.listener and h.state = 'waiting'
              and h.number = (select min(n.number) from platform.held_events as n
                              where n.listener = gone.listener and n.key = gone.key and n.number > gone.number)
        )
        select exists (select from gone)
        """;
}
