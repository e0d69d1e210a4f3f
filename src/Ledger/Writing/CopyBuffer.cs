using System.Buffers.Binary;
using System.Text;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Writing;

/// <summary>
/// Rows of the journal in the binary format of COPY (PostgreSQL's documentation, "COPY", "Binary Format"), written straight into a buffer. The
/// client library writes column by column, which costs several times as much, and these are the rows that decide how fast the ledger is.
/// </summary>
sealed class CopyBuffer(Stream stream)
{
    /// <summary>Past this the buffer is sent; a row is far smaller than what is left above it.</summary>
    const int SendAt = 48 * 1024;
    const int Columns = 18;

    static readonly byte[] Signature = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];
    static readonly long Epoch = RowBytes.Microseconds(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero));
    static readonly int EpochDay = new DateOnly(2000, 1, 1).DayNumber;

    readonly byte[] buffer = new byte[64 * 1024];
    int at;

    public void Begin()
    {
        Signature.CopyTo(buffer, 0);
        at = Signature.Length;
    }

    /// <summary>In the order of <see cref="JournalColumns.Names"/>.</summary>
    public void Add(in JournalRow row)
    {
        var isLeg = row.Kind == RowKind.Leg;
        Short(Columns);
        Long(row.Seq);
        Small((short)row.Kind);
        Id(row.TransactionId);
        Int(row.Leg);
        Int(row.Legs);
        Text(row.BusinessKind);
        Long(row.Debit);
        LongIf(isLeg, row.Credit);
        NumberIf(row.Amount != 0, row.Amount);
        NumberIf(true, row.DebitAfter);
        NumberIf(isLeg, row.CreditAfter);
        LongIf(row.Kind != RowKind.Open, row.DebitPrevious);
        LongIf(isLeg, row.CreditPrevious);
        NumberIf(row.Reservation is not null, row.HeldAfter);
        if (row.Reservation is { } reservation)
            Id(reservation);
        else
            Null();
        Small((short)row.Flags);
        if (row.EffectiveDate is { } date)
            Int(date.DayNumber - EpochDay);
        else
            Null();
        Long(RowBytes.Microseconds(row.RecordedAt) - Epoch);
        if (at > SendAt)
            Send();
    }

    public void End()
    {
        Short(-1);
        Send();
    }

    void Send()
    {
        stream.Write(buffer, 0, at);
        at = 0;
    }

    void Column(int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(at), length);
        at += 4;
    }

    void Small(short value)
    {
        Column(2);
        Short(value);
    }

    void Short(int value)
    {
        BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(at), (short)value);
        at += 2;
    }

    void Null() => Column(-1);

    void Int(int value)
    {
        Column(4);
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(at), value);
        at += 4;
    }

    void Long(long value)
    {
        Column(8);
        BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(at), value);
        at += 8;
    }

    void LongIf(bool given, long value)
    {
        if (given)
            Long(value);
        else
            Null();
    }

    void Id(Guid value)
    {
        Column(16);
        value.TryWriteBytes(buffer.AsSpan(at), bigEndian: true, out _);
        at += 16;
    }

    void Text(string value)
    {
        var length = Encoding.UTF8.GetBytes(value, buffer.AsSpan(at + 4));
        Column(length);
        at += length;
    }

    void NumberIf(bool given, decimal value)
    {
        if (given)
            Number(RowBytes.Scaled(value));
        else
            Null();
    }

    /// <summary>
    /// A numeric: digits in groups of four (base 10,000), the weight of the first group, sign, digits shown after the point. Eight digits after the
    /// point are two groups; leading and trailing groups of zero are left out.
    /// </summary>
    void Number(Int128 scaled)
    {
        Span<short> groups = stackalloc short[10];
        var rest = (UInt128)Int128.Abs(scaled);
        var count = 0;
        while (rest > ulong.MaxValue)
        {
            (rest, var group) = UInt128.DivRem(rest, 10_000);
            groups[count++] = (short)group;
        }

        for (var small = (ulong)rest; small != 0; small /= 10_000)
            groups[count++] = (short)(small % 10_000);
        var first = 0;
        while (first < count && groups[first] == 0)
            first++;

        Column(8 + (2 * (count - first)));
        Short(count - first);
        Short(count - 1 - 2);
        Short(scaled < 0 ? 0x4000 : 0);
        Short(8);
        for (var i = count - 1; i >= first; i--)
            Short(groups[i]);
    }
}
