using System.Buffers.Binary;

namespace Hazina.Bench;

/// <summary>One transfer as every system is given it.</summary>
readonly record struct Transfer(Guid Id, int From, int To, decimal Amount);

/// <summary>
/// An endless stream of transfers between accounts numbered from 1, the same kind for every system. It costs some 50 ns a
/// transfer: what makes the load shares the machine with what is measured. One a caller, not thread-safe.
/// </summary>
sealed class Traffic(int caller, bool hot = false, int accounts = Traffic.Accounts)
{
    /// <summary>How many accounts there are where nothing else is said.</summary>
    public const int Accounts = 10_000;

    /// <summary>The account that everybody pays into when traffic is hot; in the middle, so that no lock order is favoured.</summary>
    public const int HotAccount = Accounts / 2;

    /// <summary>What each account starts with: enough that nothing is refused, which would be cheaper than being posted.</summary>
    public const decimal Opening = 1_000_000_000m;

    /// <summary>Another for every caller of every run, in this process or another.</summary>
    ulong state = unchecked(
        ((ulong)DateTime.UtcNow.Ticks << 8) ^ ((ulong)(uint)Environment.ProcessId << 32) ^ ((ulong)(uint)caller * 0xD1342543DE82EF95)
    );

    public Transfer Next()
    {
        var from = Pick();
        var to = hot ? HotAccount : Pick();
        while (from == to)
            from = Pick();
        return new Transfer(NextId(), from, to, new decimal((int)(Draw() % 100_000) + 1, 0, 0, false, 2));
    }

    /// <summary>A UUIDv7: milliseconds, then random bits. <c>Guid.CreateVersion7</c> asks the kernel for each, which is 20 times dearer.</summary>
    public Guid NextId()
    {
        Span<byte> bytes = stackalloc byte[16];
        var milliseconds = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteUInt64BigEndian(bytes, milliseconds << 16 | 0x7000 | Draw() & 0x0FFF);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], 0x8000_0000_0000_0000 | Draw() >> 2);
        return new Guid(bytes, bigEndian: true);
    }

    int Pick() => (int)(Draw() % (ulong)accounts) + 1;

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014): full period, any seed will do.</summary>
    ulong Draw()
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
