using System.Buffers.Binary;

namespace Hazina.Bench.Peers;

/// <summary>
/// Rows in PostgreSQL's binary COPY format (its manual, "COPY", "Binary Format"), written by hand: a floor must not be made of the client's
/// own cost, and a typed importer's cost per value is several times this.
/// </summary>
sealed class BinaryRows(int capacity)
{
    /// <summary>Numbers of base 10,000 that a <c>numeric</c> is sent as.</summary>
    const long Base = 10_000;

    /// <summary>What a <c>numeric(28,8)</c> shows behind the point.</summary>
    const short Scale = 8;

    static readonly byte[] Signature = [.. "PGCOPY\n"u8, 0xff, .. "\r\n\0"u8];

    static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    readonly byte[] buffer = new byte[capacity];
    int length;

    /// <summary>What was put since the last time.</summary>
    public ReadOnlySpan<byte> Take()
    {
        var taken = buffer.AsSpan(0, length);
        length = 0;
        return taken;
    }

    public void Begin()
    {
        Put(Signature);
        Put32(0); // flags
        Put32(0); // length of an extension of this header
    }

    public void End() => Put16(-1);

    public void Row(short columns) => Put16(columns);

    public void Null() => Put32(-1);

    public void Smallint(short value)
    {
        Put32(2);
        Put16(value);
    }

    public void Integer(int value)
    {
        Put32(4);
        Put32(value);
    }

    public void Bigint(long value)
    {
        Put32(8);
        Put64(value);
    }

    public void Text(ReadOnlySpan<byte> utf8)
    {
        Put32(utf8.Length);
        Put(utf8);
    }

    public void Uuid(Guid value)
    {
        Put32(16);
        value.TryWriteBytes(buffer.AsSpan(length), bigEndian: true, out var written);
        length += written;
    }

    public void Timestamp(DateTime value) => Bigint((value - Epoch).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>At most eight digits behind the point, and fewer than eleven before it.</summary>
    public void Numeric(decimal value)
    {
        var units = (long)(value * 100_000_000m);
        var sign = (short)(units < 0 ? 0x4000 : 0);
        units = Math.Abs(units);

        // Least significant first; index 0 and 1 stand behind the point.
        Span<short> digits = stackalloc short[5];
        var count = 0;
        for (; units > 0; units /= Base)
            digits[count++] = (short)(units % Base);
        var trailing = 0;
        while (trailing < count && digits[trailing] == 0)
            trailing++;

        Put32(8 + 2 * (count - trailing));
        Put16((short)(count - trailing));
        Put16((short)(count == trailing ? 0 : count - 3));
        Put16(sign);
        Put16(Scale);
        for (var i = count - 1; i >= trailing; i--)
            Put16(digits[i]);
    }

    void Put16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(length), value);
        length += 2;
    }

    void Put32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(length), value);
        length += 4;
    }

    void Put64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(length), value);
        length += 8;
    }

    void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }
}
