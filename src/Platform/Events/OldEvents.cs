using Dapper;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Options;

namespace Hazina.Platform.Events;

/// <summary>How long events are kept. Bound from the section <c>Events</c>.</summary>
public sealed record EventOptions
{
    /// <summary>At least 90, which the database holds to; 0: for ever.</summary>
    public int KeepDays { get; set; } = 400;

    internal bool IsGood => KeepDays is 0 or >= 90;
}

/// <summary>
/// Takes events away that are older than is kept and that every listener has handled. Those that follow from rows of a source, as the ledger's do, are made of
/// them whenever they are read, and stay as long as the rows.
/// </summary>
sealed class OldEvents(Database database, IOptions<EventOptions> options, TimeProvider time)
{
    const int AtOnce = 5_000;

    public async Task Sweep(CancellationToken cancellation)
    {
        if (options.Value.KeepDays == 0)
            return;
        var before = time.GetUtcNow().AddDays(-options.Value.KeepDays);
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        int gone;
        do gone = await connection.ExecuteAsync(
            new CommandDefinition(SweepWriterSql, new { before, most = AtOnce }, cancellationToken: cancellation)
        );
        while (gone > 0);
    }

    // Numbers follow the time: only the first are looked at. Every listener that there has ever been counts, so that one that is switched off for a while
    // goes on where it was; without any, nobody has had them.
    const string SweepWriterSql = """
        delete from platform.events where number in (
            select first.number
              from (select e.number, e.occurred_at from platform.events e
                     where e.number <= (select min(l.position) from platform.listeners l)
                       and not exists (select from platform.held_events h where h.number = e.number)
                     order by e.number limit @most) as first
             where first.occurred_at < @before)
        """;
}
