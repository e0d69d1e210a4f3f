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
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    const int MostAddresses = 10_000;

    readonly ConcurrentDictionary<IPAddress, Count> counts = new();

    /// <summary>How long this address has to wait; null: not at all.</summary>
    public TimeSpan? Wait(IPAddress? address)
    {
        if (!counts.TryGetValue(AddressBlock.Of(address), out var count) || count.Failures < Most)
            return null;
        var left = count.Since + Window - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : null;
    }

    /// <summary>Notes a failure.</summary>
    /// <returns>Whether it was the one after which the address has to wait.</returns>
    public bool Note(IPAddress? address)
    {
        var now = time.GetUtcNow();
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

        return counts
                .AddOrUpdate(
                    AddressBlock.Of(address),
                    _ => new Count(1, now),
                    (_, c) => c.Since + Window <= now ? new Count(1, now) : c with { Failures = Math.Min(c.Failures + 1, Most + 1) }
                )
                .Failures == Most;
    }

    sealed record Count(int Failures, DateTimeOffset Since);
}
