namespace Hazina.Platform.Counting;

/// <summary>Counts in this process alone: enough for one, and where there are several each has limits of its own.</summary>
sealed class MemoryCounters(TimeProvider time, int mostKeys = MemoryCounters.MostKeys) : ICounters
{
    public const int MostKeys = 100_000;

    public Tallies<WindowTally> Windows { get; } = new(key => new WindowTally(key, time), mostKeys);

    public Tallies<HourTally> Hours { get; } = new(key => new HourTally(key, time), mostKeys);

    public Taken Take(string key, long most, TimeSpan window) => Windows.Of(key).Take(most, window);

    public void Count(string key) => Hours.Of(key).Count();

    public Task<IReadOnlyList<long>> LastHour(IReadOnlyList<string> keys, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<long>>([.. keys.Select(k => Hours.Find(k)?.Sum() ?? 0)]);
}
