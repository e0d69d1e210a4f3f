namespace Hazina.Platform.Counting;

/// <summary>Counts what happens often, for limits and figures. Counting waits for nothing: neither a disk nor another machine.</summary>
public interface ICounters
{
    /// <summary>Takes one of <paramref name="most"/> within a window that begins with the first. What is not granted is not counted.</summary>
    /// <param name="key">What is counted, for example <c>rate_limit:203.0.113.7:GET /v1/things</c>.</param>
    /// <param name="most">At least one.</param>
    /// <param name="window">How long the window is; the same for a key each time.</param>
    Taken Take(string key, long most, TimeSpan window);

    /// <summary>Counts once more in the rolling hour.</summary>
    void Count(string key);

    /// <summary>How often each was counted in the last hour, to the minute.</summary>
    Task<IReadOnlyList<long>> LastHour(IReadOnlyList<string> keys, CancellationToken cancellation = default);
}

/// <summary>What came of taking one.</summary>
/// <param name="IsGranted">Whether there was one left.</param>
/// <param name="Left">How many there are now.</param>
/// <param name="Until">How long until all of them are there again.</param>
public readonly record struct Taken(bool IsGranted, long Left, TimeSpan Until);
