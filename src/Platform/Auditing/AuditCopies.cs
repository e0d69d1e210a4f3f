using Dapper;
using Hazina.Platform.Events;
using Hazina.Platform.Postgres;

namespace Hazina.Platform.Auditing;

/// <summary>
/// Takes audit entries out of the log of events once everybody who listens for them has them. The log cannot have an address erased, the trail can; so what
/// passes through here does not stay.
/// </summary>
sealed class AuditCopies(Database database, IEnumerable<Listener> listeners)
{
    const int AtOnce = 5_000;

    readonly string[] listeners = [.. listeners.Where(l => l.Types?.Any(Audit.IsEntry) != false).Select(l => l.Name)];

    public async Task Sweep(CancellationToken cancellation)
    {
        // With nobody who keeps them, this is the only place where they are.
        if (listeners.Length == 0)
            return;
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        int gone;
        do gone = await connection.ExecuteAsync(
            new CommandDefinition(SweepWriterSql, new { listeners, most = AtOnce }, cancellationToken: cancellation)
        );
        while (gone == AtOnce);
    }

    // One that a listener is at, or holds, is behind its position or among the held ones. The relay knows by its id, for as long as a row can be left in an
    // outbox, what it has moved already: the last ones stay.
    const string SweepWriterSql = """
        delete from platform.events where number in (
            select e.number
              from platform.events e
             where e.type like '%.audit.recorded.v%'
               and e.number <= (select min(coalesce(l.position, 0))
                                  from unnest(@listeners::text[]) as one (listener) left join platform.listeners l on l.name = one.listener)
               and e.occurred_at < now() - interval '1 hour'
               and not exists (select from platform.held_events h where h.number = e.number and h.listener = any (@listeners::text[]))
             order by e.number limit @most)
        """;
}
