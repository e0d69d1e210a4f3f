using System.Diagnostics.Metrics;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hazina.Platform.Events;

/// <summary>
/// Moves events from the modules' outboxes into the log, where each gets its number, and numbers the sources' rows. Every process tries; whoever has
/// the lock on the last number does it, so nothing has to notice that a process has died.
/// </summary>
sealed class EventRelay(
    Database database,
    EventLog log,
    IEnumerable<OutboxName> outboxes,
    IEnumerable<EventSource> sources,
    TimeProvider time,
    ILogger<EventRelay> logger
) : BackgroundService
{
    /// <summary>Events of one outbox in one step.</summary>
    public const int MostOfAnOutbox = 500;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250),
        PauseAfterFailure = TimeSpan.FromSeconds(5);
    static readonly Counter<long> Numbered = Sources.Meter.CreateCounter<long>(
        "hazina.events.numbered",
        description: "Events of outboxes, and rows of sources, that got their number"
    );

    readonly OutboxName[] outboxes = [.. outboxes];
    readonly EventSource[] sources = [.. sources];
    bool hasFailedSource,
        hasMore;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Pause;
            try
            {
                var clock = time.GetTimestamp();
                await Step(stoppingToken);
                // As long again as it took: who posts comes first, and while there is much to tell this is one of the callers' cores.
                if (hasMore)
                    pause = time.GetElapsedTime(clock);
                else if (hasFailedSource)
                    pause = PauseAfterFailure;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                pause = PauseAfterFailure;
                if (Problems.IsUnavailable(e))
                    PlatformLog.EventsNotRelayed(logger, e.Message);
                else
                    PlatformLog.RelayFailed(logger, e);
            }

            await Task.Delay(pause, time, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>Moves what there is, a page of each outbox and a run of each source.</summary>
    /// <returns>Whether there was anything; false too when another process is at it.</returns>
    public async Task<bool> Step(CancellationToken stopping)
    {
        List<(string Module, long[] Rows)> taken = [];
        var moved = false;
        (hasFailedSource, hasMore) = (false, false);
        await using (var turn = await log.Take(stopping))
        {
            if (turn is null)
                return false;
            foreach (var outbox in outboxes)
            {
                if (
                    await Try(outbox.Module, () => Outbox.Read(database, outbox.Module, MostOfAnOutbox, stopping))
                    is not { Count: > 0 } rows
                )
                    continue;
                var known = await turn.Known([.. rows.Select(r => r.Event.Id)], stopping);
                await turn.Append([.. rows.Select(r => r.Event).Where(e => !known.Contains(e.Id)).DistinctBy(e => e.Id)], stopping);
                taken.Add((outbox.Module, [.. rows.Select(r => r.Seq)]));
                Count(outbox.Module, rows.Count);
                hasMore |= rows.Count == MostOfAnOutbox;
            }

            foreach (var source in sources)
            {
                var after = await turn.Position(source.Name, stopping);
                if (await Try(source.Name, () => source.Next(after, stopping)) is not { } run)
                    continue;
                await turn.Append(source.Name, after, run, stopping);
                moved = true;
                Count(source.Name, run.UpTo - after);
                hasMore |= run.HasMore;
            }

            if (taken.Count > 0 || moved)
                await turn.Commit(stopping);
        }

        // Not before they are in the log for good; whoever finds them again knows them by their ids.
        foreach (var (module, rows) in taken)
            await Outbox.Remove(database, module, rows, stopping);
        return taken.Count > 0 || moved;
    }

    static void Count(string source, long numbers) => Numbered.Add(numbers, new KeyValuePair<string, object?>("source", source));

    /// <summary>A module whose tables cannot be read keeps its own events back, nobody else's.</summary>
    async Task<T?> Try<T>(string source, Func<Task<T>> read)
        where T : class?
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            hasFailedSource = true;
            PlatformLog.SourceNotRead(logger, source, e.Message);
            return null;
        }
    }
}
