using Dapper;
using Hazina.Platform.Postgres;

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

    /// <summary>Has a parked event tried again, and if that goes well those behind it.</summary>
    /// <returns>False when it is not parked.</returns>
    public Task<bool> Replay(string listener, long number, CancellationToken cancellation = default) =>
        Do(ReplayWriterSql, listener, number, cancellation);

    /// <summary>Gives a parked event up for good, so that those behind it are handled.</summary>
    /// <returns>False when it is not parked, or is an entry of the audit trail, which would be gone without a trace: those can only be tried again.</returns>
    public Task<bool> Skip(string listener, long number, CancellationToken cancellation = default) =>
        Do(SkipWriterSql, listener, number, cancellation);

    async Task<bool> Do(string sql, string listener, long number, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(
                sql,
                new
                {
                    listener,
                    number,
                    now = time.GetUtcNow(),
                },
                cancellationToken: cancellation
            )
        );
    }

    const string ListWriterSql = """
        select h.listener, h.number, h.type, h.key, h.tries, coalesce(h.error, '') as error, h.held_at,
               (select count(*) from platform.held_events as w
                where w.listener = h.listener and w.key = h.key and w.state = 'waiting') as waiting
        from platform.held_events as h
        where h.state = 'parked' order by h.held_at, h.number limit 1000
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
