using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

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
        if (!counts.TryGetValue(Network(address), out var count) || count.Failures < Most)
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
                    Network(address),
                    _ => new Count(1, now),
                    (_, c) => c.Since + Window <= now ? new Count(1, now) : c with { Failures = Math.Min(c.Failures + 1, Most + 1) }
                )
                .Failures == Most;
    }

    /// <summary>An IPv6 customer has a whole /64 to call from.</summary>
    static IPAddress Network(IPAddress? address)
    {
        address ??= IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    sealed record Count(int Failures, DateTimeOffset Since);
}
