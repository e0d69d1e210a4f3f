using System.Collections.Concurrent;
using System.Net;

namespace Hazina.Platform.Security;

/// <summary>
/// Counts keys that were not valid by address, so that guessing is slow and cheap to refuse. Keys that are remembered as valid pass regardless:
/// carriers put thousands of people behind one address.
/// </summary>
sealed class FailedAttempts(TimeProvider time)
{
    public const int Most = 20;

    /// <summary>So many sessions that have ended count as one guess: only for the database's sake.</summary>
    public const int EndedForOne = 30;
    const int Limit = Most * EndedForOne;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    const int MostAddresses = 10_000;

    readonly ConcurrentDictionary<IPAddress, Count> counts = new();

    /// <summary>How long this address has to wait; null: not at all.</summary>
    public TimeSpan? Wait(IPAddress? address)
    {
        if (!counts.TryGetValue(AddressBlock.Of(address), out var count) || count.Failures < Limit)
            return null;
        var left = count.Since + Window - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : null;
    }

    /// <summary>Notes a failure.</summary>
    /// <returns>Whether it was the one after which the address has to wait.</returns>
    public bool Note(IPAddress? address, bool mayHaveEnded = false)
    {
        var now = time.GetUtcNow();
        var cost = mayHaveEnded ? 1 : EndedForOne;
        if (counts.Count >= MostAddresses)
        {
            foreach (var (old, count) in counts)
            {
                if (count.Since + Window <= now)
                    counts.TryRemove(old, out _);
            }

            if (counts.Count >= MostAddresses)
                counts.Clear();
        }

        var after = counts.AddOrUpdate(
            AddressBlock.Of(address),
            _ => new Count(cost, now),
            (_, c) => c.Since + Window <= now ? new Count(cost, now) : c with { Failures = Math.Min(c.Failures, Limit) + cost }
        );
        return after.Failures >= Limit && after.Failures - cost < Limit;
    }

    sealed record Count(int Failures, DateTimeOffset Since);
}
