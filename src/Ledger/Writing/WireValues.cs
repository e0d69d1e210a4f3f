using System.Buffers.Binary;

namespace Hazina.Ledger.Writing;

/// <summary>Values as PostgreSQL sends them in binary.</summary>
static class WireValues
{
    const ushort Positive = 0x0000;
    const ushort Negative = 0x4000;

    /// <summary>Base 10,000 digits after the point that <c>numeric(28,8)</c> has.</summary>
    const int FractionGroups = 2;

    static readonly long EpochTicks = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    static readonly int EpochDay = new DateOnly(2000, 1, 1).DayNumber;

    public static long Int64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64BigEndian(bytes);

    public static int Int32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32BigEndian(bytes);

    public static short Int16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt16BigEndian(bytes);

    public static Guid Id(ReadOnlySpan<byte> bytes) => new(bytes, bigEndian: true);

    /// <exception cref="FormatException">It is infinite, or of no year that .NET knows.</exception>
    public static DateTimeOffset Time(ReadOnlySpan<byte> bytes)
    {
        var microseconds = Int64(bytes);
        if (Math.Abs((decimal)microseconds) > 1e17m)
            throw new FormatException("a time that is infinite");
        var ticks = EpochTicks + (microseconds * TimeSpan.TicksPerMicrosecond);
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : throw new FormatException("a time of no known year");
    }

    /// <exception cref="FormatException">It is infinite, or of no year that .NET knows.</exception>
    public static DateOnly Date(ReadOnlySpan<byte> bytes)
    {
        var day = (long)Int32(bytes) + EpochDay;
        return day >= 0 && day <= DateOnly.MaxValue.DayNumber
            ? DateOnly.FromDayNumber((int)day)
            : throw new FormatException("a date of no known year");
    }

    /// <summary>A <c>numeric(28,8)</c>.</summary>
    /// <exception cref="FormatException">It is not a finite number of that range.</exception>
    public static decimal Number(ReadOnlySpan<byte> bytes)
    {
        var groups = Int16(bytes);
        var weight = Int16(bytes[2..]);
        var sign = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        if (sign is not (Positive or Negative))
            throw new FormatException("NaN or an infinite number");
        if (groups == 0)
            return 0m;
        var after = weight + 1 + FractionGroups - groups; // groups of zeros that PostgreSQL leaves out at the end
        if (after < 0 || weight > 4)
            throw new FormatException("a number beyond numeric(28,8)");
        unchecked
        {
            if (weight < 2)
            {
                var small = 0UL;
                for (var i = 0; i < groups; i++)
                    small = (small * 10_000) + (ushort)Int16(bytes[(8 + (2 * i))..]);
                for (; after > 0; after--)
                    small *= 10_000;
                return new decimal((int)(uint)small, (int)(uint)(small >> 32), 0, sign == Negative, 8);
            }

            var large = UInt128.Zero;
            for (var i = 0; i < groups; i++)
                large = (large * 10_000) + (ushort)Int16(bytes[(8 + (2 * i))..]);
            for (; after > 0; after--)
                large *= 10_000;
            if (large >> 96 != 0)
                throw new FormatException("a number beyond numeric(28,8)");
            return new decimal((int)(uint)large, (int)(uint)(large >> 32), (int)(uint)(large >> 64), sign == Negative, 8);
        }
    }
}
