using System.Buffers.Binary;
using System.Text;
using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Canonical;

/// <summary>
/// The canonical bytes that are hashed: amounts as 128-bit integers of 10⁻⁸, times in microseconds since 1970, ids and integers big-endian,
/// texts as a 16-bit length and UTF-8. Format 1; another format is another number in the batch header, never a change here.
/// </summary>
static class RowBytes
{
    public const short Format = 1;

    /// <summary>The most bytes that a row can have.</summary>
    public static int LongestOf(in JournalRow row) => 256 + (row.BusinessKind.Length * 4);

    /// <summary>Writes a row; how many bytes it has.</summary>
    public static int Write(Span<byte> span, in JournalRow row)
    {
        var at = 0;
        Long(span, ref at, row.Seq);
        span[at++] = (byte)row.Kind;
        Id(span, ref at, row.TransactionId);
        Int(span, ref at, row.Leg);
        Int(span, ref at, row.Legs);
        Text(span, ref at, row.BusinessKind);
        Long(span, ref at, row.Debit);
        Long(span, ref at, row.Credit);
        Number(span, ref at, row.Amount);
        Number(span, ref at, row.DebitAfter);
        Number(span, ref at, row.CreditAfter);
        Long(span, ref at, row.DebitPrevious);
        Long(span, ref at, row.CreditPrevious);
        span[at++] = row.Reservation is null ? (byte)0 : (byte)1;
        if (row.Reservation is { } reservation)
        {
            Id(span, ref at, reservation);
            Number(span, ref at, row.HeldAfter);
        }

        span[at++] = (byte)row.Flags;
        Int(span, ref at, row.EffectiveDate?.DayNumber ?? -1);
        Long(span, ref at, Microseconds(row.RecordedAt));
        return at;
    }

    public static void Long(Span<byte> span, ref int at, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(span[at..], value);
        at += 8;
    }

    public static void Int(Span<byte> span, ref int at, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(span[at..], value);
        at += 4;
    }

    public static void Id(Span<byte> span, ref int at, Guid value)
    {
        Id(span[at..], value);
        at += 16;
    }

    public static void Id(Span<byte> span, Guid value) => value.TryWriteBytes(span, bigEndian: true, out _);

    public static void Text(Span<byte> span, ref int at, string value)
    {
        var length = Encoding.UTF8.GetBytes(value, span[(at + 2)..]);
        BinaryPrimitives.WriteUInt16BigEndian(span[at..], checked((ushort)length));
        at += 2 + length;
    }

    public static void Number(Span<byte> span, ref int at, decimal value)
    {
        BinaryPrimitives.WriteInt128BigEndian(span[at..], Scaled(value));
        at += 16;
    }

    /// <summary>The amount as a whole number of 10⁻⁸.</summary>
    public static Int128 Scaled(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var scale = (parts[3] >> 16) & 0xFF;
        var whole = unchecked(new UInt128((uint)parts[2], ((ulong)(uint)parts[1] << 32) | (uint)parts[0]));
        if (scale > 8)
        {
            var (quotient, rest) = UInt128.DivRem(whole, (UInt128)Powers[scale - 8]);
            Invariant.Holds(rest == 0, $"{value} has at most 8 digits after the point");
            whole = quotient;
        }
        else
        {
            whole *= Powers[8 - scale];
        }

        return parts[3] < 0 ? -(Int128)whole : (Int128)whole;
    }

    public static long Microseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    static readonly UInt128[] Powers = [.. Enumerable.Range(0, 21).Select(UInt128 (n) => (UInt128)decimal.Parse("1" + new string('0', n)))];
}
