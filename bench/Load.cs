using System.Diagnostics;

namespace Hazina.Bench;

/// <summary>What one run gave.</summary>
/// <param name="Value">Transfers acknowledged a second, or what else the figure's unit says.</param>
/// <param name="P50">Milliseconds from call to answer, median.</param>
/// <param name="P99">The same, 99th percentile.</param>
/// <param name="Transfers">How many were acknowledged.</param>
/// <param name="Others">Share of the processor that others took meanwhile, where it is known.</param>
readonly record struct Run(double Value, double P50 = 0, double P99 = 0, long Transfers = 0, double? Others = null)
{
    /// <param name="seconds">That all of it took.</param>
    /// <param name="latencies">Of each call, in ticks of the stopwatch.</param>
    public static Run Of(double seconds, long transfers, IEnumerable<long> latencies)
    {
        var sorted = latencies.Order().ToArray();
        return new Run(transfers / seconds, Percentile(sorted, 0.50), Percentile(sorted, 0.99), transfers);
    }

    /// <summary>Nearest rank, in milliseconds.</summary>
    static double Percentile(long[] sorted, double share) =>
        sorted.Length == 0 ? 0 : sorted[(int)Math.Ceiling(share * sorted.Length) - 1] * 1000.0 / Stopwatch.Frequency;
}

/// <summary>How callers are kept busy.</summary>
static class Load
{
    /// <summary>Closed-loop load: every caller calls again as soon as it is answered, until the time is over.</summary>
    /// <remarks>
    /// Calls begun before the end are waited for and counted, and the time they take is counted too: a batch of 8,000 is not cut off.
    /// </remarks>
    public static Task<Run> Drive(IReadOnlyList<ICaller> callers, TimeSpan time, CancellationToken stop)
    {
        var end = Stopwatch.GetTimestamp() + Ticks(time);
        return All(callers, (caller, _) => Repeat(caller, end, stop), stop);
    }

    /// <summary>
    /// Open-loop load: calls are due at moments set before, evenly spread over the callers, and a latency begins at the moment when the call was
    /// due. Who waits in line behind a slow answer is counted so, instead of not being asked (Tene, "coordinated omission").
    /// </summary>
    /// <param name="rate">Calls a second, of all callers together.</param>
    public static Task<Run> Pace(IReadOnlyList<ICaller> callers, double rate, TimeSpan time, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        var between = Stopwatch.Frequency / rate;
        var calls = (long)(time.TotalSeconds * rate);
        return All(
            callers,
            (caller, number) =>
            {
                var own = (calls - number + callers.Count - 1) / callers.Count;
                return Keep(caller, i => start + (long)((number + i * callers.Count) * between), own, stop);
            },
            stop
        );
    }

    static async Task<Run> All(
        IReadOnlyList<ICaller> callers,
        Func<ICaller, int, Task<(long Transfers, List<long> Latencies)>> work,
        CancellationToken stop
    )
    {
        var start = Stopwatch.GetTimestamp();
        var results = await Task.WhenAll(callers.Select((caller, number) => Task.Run(() => work(caller, number), stop)));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        stop.ThrowIfCancellationRequested();
        return Run.Of(seconds, results.Sum(result => result.Transfers), results.SelectMany(result => result.Latencies));
    }

    static async Task<(long Transfers, List<long> Latencies)> Repeat(ICaller caller, long end, CancellationToken stop)
    {
        var latencies = new List<long>(16_384);
        var transfers = 0L;
        for (var now = Stopwatch.GetTimestamp(); now < end && !stop.IsCancellationRequested; )
        {
            transfers += await caller.Call();
            var then = Stopwatch.GetTimestamp();
            latencies.Add(then - now);
            now = then;
        }

        return (transfers, latencies);
    }

    static async Task<(long Transfers, List<long> Latencies)> Keep(ICaller caller, Func<long, long> due, long calls, CancellationToken stop)
    {
        var latencies = new List<long>(16_384);
        var transfers = 0L;
        for (var i = 0L; i < calls; i++)
        {
            var then = due(i);
            var early = (then - Stopwatch.GetTimestamp()) * 1000.0 / Stopwatch.Frequency;
            // Timers know whole milliseconds. Late by less than one is as good as it gets without a core that does nothing but wait.
            if (early > 0)
                await Task.Delay((int)Math.Ceiling(early), stop);
            transfers += await caller.Call();
            latencies.Add(Stopwatch.GetTimestamp() - then);
        }

        return (transfers, latencies);
    }

    static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
