using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Hazina.Platform.Counting;

/// <summary>
/// Counts in this process, and tells Redis ten times a second what has come together, whereupon it hears what all have counted. So no request waits for
/// Redis, a busy key costs it a few commands however busy it is, and while it is away each process goes on by what it has counted itself.
/// </summary>
/// <remarks>
/// What is told once may be lost with the connection, and is never told twice: a limit may then be found late, but nobody is held to what they did
/// not take. Between two processes a limit is exceeded by at most what the others grant within a tenth of a second.
/// </remarks>
sealed class RedisCounters : ICounters, IAsyncDisposable
{
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100),
        Patience = TimeSpan.FromSeconds(1);

    readonly MemoryCounters memory;
    readonly RedisLink link;
    readonly TimeProvider time;
    readonly ILogger logger;
    readonly ConcurrentQueue<WindowTally> windows = new();
    readonly ConcurrentQueue<HourTally> hours = new();
    readonly CancellationTokenSource stopping = new();
    readonly SemaphoreSlim turn = new(1);
    readonly Task loop;
    Task? unanswered;

    public RedisCounters(string configuration, TimeProvider time, ILogger<RedisCounters> logger)
    {
        (this.time, this.logger) = (time, logger);
        memory = new MemoryCounters(time);
        link = new RedisLink(configuration, logger, PlatformLog.CountersShared, PlatformLog.CountersAlone);
        loop = Task.Run(Loop);
    }

    /// <summary>Whether Redis answers.</summary>
    public bool IsShared => link.IsUp;

    const int MostWaiting = 100_000;

    public Taken Take(string key, long most, TimeSpan window)
    {
        var tally = memory.Windows.Of(key);
        var taken = tally.Take(most, window);
        if (taken.IsGranted && tally.BeginsToWait())
            windows.Enqueue(tally);
        return taken;
    }

    public void Count(string key)
    {
        var tally = memory.Hours.Of(key);
        tally.Count();
        if (tally.BeginsToWait())
            hours.Enqueue(tally);
    }

    public async Task<IReadOnlyList<long>> LastHour(IReadOnlyList<string> keys, CancellationToken cancellation = default)
    {
        var own = await memory.LastHour(keys, cancellation);
        if (link.Use() is not { } redis || !await Tell(cancellation))
            return own;
        try
        {
            var since = HourTally.MinuteOf(time) - HourTally.Minutes;
            var all = await Task.WhenAll(keys.Select(k => redis.HashGetAllAsync(k))).WaitAsync(Patience, time, cancellation);
            return [.. all.Select((fields, i) => Math.Max(own[i], fields.Where(f => (long)f.Name > since).Sum(f => (long)f.Value)))];
        }
        catch (Exception e) when (RedisLink.IsAway(e))
        {
            return own;
        }
    }

    async Task Loop()
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                while (await timer.WaitForNextTickAsync(stopping.Token))
                    await Tell(stopping.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // stopping
            }
            catch (Exception e)
            {
                // Whatever it was: a process that tells nobody any more would go unnoticed, with limits of its own.
                PlatformLog.CountersFailed(logger, e);
            }
        }
    }

    /// <summary>Tells and hears once; false when Redis does not answer.</summary>
    async Task<bool> Tell(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            // Nothing is put behind what has not been answered: it would pile up.
            if (unanswered is { IsCompleted: false })
                return false;
            if (link.Use() is not { } redis)
            {
                // Nobody to tell: what waits must not pile up without end. Whoever is counted again waits again.
                if (windows.Count > MostWaiting)
                    Waiting(windows);
                if (hours.Count > MostWaiting)
                    Waiting(hours);
                return false;
            }

            unanswered = Task.WhenAll([.. Waiting(windows).Select(w => Tell(redis, w)), .. Waiting(hours).Select(h => Tell(redis, h))]);
            await unanswered.WaitAsync(Patience, time, cancellation);
            return true;
        }
        catch (Exception e) when (RedisLink.IsAway(e))
        {
            return false;
        }
        finally
        {
            turn.Release();
        }
    }

    static List<T> Waiting<T>(ConcurrentQueue<T> queue)
        where T : Tally
    {
        List<T> found = [];
        for (var n = queue.Count; n > 0 && queue.TryDequeue(out var tally); n--)
        {
            tally.WaitsNoMore();
            found.Add(tally);
        }

        return found;
    }

    static async Task Tell(IDatabase redis, WindowTally tally)
    {
        var report = tally.Tell();
        if (report.Count == 0)
            return;
        try
        {
            // A key that is new ends when our window does, so that one that Redis has lost keeps nobody waiting for longer.
            var begun = redis.StringSetAsync(tally.Key, 0, report.Left, When.NotExists);
            var counted = redis.StringIncrementAsync(tally.Key, report.Count);
            var left = redis.KeyTimeToLiveAsync(tally.Key);
            await Task.WhenAll(begun, counted, left);
            if (await left is null)
                await redis.KeyExpireAsync(tally.Key, report.Left); // it ended between the first two
            tally.Hear(report, (await counted, await left ?? report.Left));
        }
        catch
        {
            tally.Hear(report, null);
            throw;
        }
    }

    static async Task Tell(IDatabase redis, HourTally tally)
    {
        var report = tally.Tell();
        if (report.Count == 0)
            return;
        var told = report.Select(r => (Task)redis.HashIncrementAsync(tally.Key, r.Minute, r.Count)).ToList();
        told.Add(redis.KeyExpireAsync(tally.Key, TimeSpan.FromHours(1)));
        var gone = report[^1].Minute - HourTally.Minutes;
        told.Add(redis.HashDeleteAsync(tally.Key, [.. Enumerable.Range(0, HourTally.Minutes).Select(i => (RedisValue)(gone - i))]));
        await Task.WhenAll(told);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop;
        try
        {
            await Tell(CancellationToken.None);
        }
        catch (Exception e)
        {
            PlatformLog.CountersFailed(logger, e);
        }

        await link.DisposeAsync();
        stopping.Dispose();
        turn.Dispose();
    }
}
