using System.Diagnostics;

namespace Hazina.Bench;

/// <summary>What one run gave.</summary>
/// <param name="Value">Transfers acknowledged a second, or what else the figure's unit says.</param>
/// <param name="P50">Milliseconds from call to answer, median.</param>
/// <param name="P99">The same, 99th percentile.</param>
/// <param name="Transfers">How many were acknowledged.</param>
/// <param name="Others">Share of the processor that others took meanwhile, where it is known.</param>
readonly record struct Run(double Value, double P50 = 0, double P99 = 0, long Transfers = 0, double? Others = null);

/// <summary>Closed-loop load: every caller calls again as soon as it is answered, until the time is over.</summary>
static class Load
{
    /// <remarks>
    /// Calls begun before the end are waited for and counted, and the time they take is counted too: a batch of 8,000 is not cut off.
    /// </remarks>
    public static async Task<Run> Drive(IReadOnlyList<ICaller> callers, TimeSpan time, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var results = await Task.WhenAll(callers.Select(caller => Task.Run(() => Repeat(caller, end, stop), stop)));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        stop.ThrowIfCancellationRequested();
        var transfers = results.Sum(result => result.Transfers);
        var latencies = results.SelectMany(result => result.Latencies).ToArray();
        Array.Sort(latencies);
        return new Run(transfers / seconds, Percentile(latencies, 0.50), Percentile(latencies, 0.99), transfers);
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

    /// <summary>Nearest rank, in milliseconds.</summary>
    static double Percentile(long[] sorted, double share) =>
        sorted.Length == 0 ? 0 : sorted[(int)Math.Ceiling(share * sorted.Length) - 1] * 1000.0 / Stopwatch.Frequency;
}
