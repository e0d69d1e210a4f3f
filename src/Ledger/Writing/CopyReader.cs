using System.Buffers.Binary;
using System.Text;
using Npgsql;

namespace Hazina.Ledger.Writing;

/// <summary>
/// PostgreSQL's binary COPY format, field by field, from the bytes as they arrive: several times cheaper a row than a reader that knows every type.
/// </summary>
sealed class CopyReader : IDisposable
{
    /// <summary>Signature, flags, and the length of an extension that nobody uses.</summary>
    const int HeaderSize = 19;

    readonly Stream stream;
    byte[] buffer;
    int at;
    int end;

    public CopyReader(NpgsqlConnection connection, string copySql, byte[]? lent = null)
    {
        stream = connection.BeginRawBinaryCopy(copySql);
        buffer = lent ?? new byte[256 * 1024];
        Need(HeaderSize);
        at += HeaderSize;
    }

    /// <summary>Goes to the next row; false at the end.</summary>
    /// <exception cref="FormatException">It has another number of fields.</exception>
    public bool NextRow(int fields)
    {
        Need(2);
        var count = BinaryPrimitives.ReadInt16BigEndian(buffer.AsSpan(at));
        at += 2;
        if (count == -1)
            return false;
        return count == fields ? true : throw new FormatException($"A row of {count} fields came where {fields} were asked for.");
    }

    /// <summary>The next field; false when it is null. The bytes are good until the next call.</summary>
    public bool Field(out ReadOnlySpan<byte> bytes)
    {
        Need(4);
        var length = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(at));
        at += 4;
        if (length < 0)
        {
            bytes = default;
            return false;
        }

        Need(length);
        bytes = buffer.AsSpan(at, length);
        at += length;
        return true;
    }

    public short Int16() => WireValues.Int16(Required());

    public long Int64() => WireValues.Int64(Required());

    public Guid Id() => WireValues.Id(Required());

    public decimal Number() => WireValues.Number(Required());

    public DateTimeOffset Time() => WireValues.Time(Required());

    public string? Text() => Field(out var bytes) ? Encoding.UTF8.GetString(bytes) : null;

    public long? OptionalInt64() => Field(out var bytes) ? WireValues.Int64(bytes) : null;

    public decimal? OptionalNumber() => Field(out var bytes) ? WireValues.Number(bytes) : null;

    public DateTimeOffset? OptionalTime() => Field(out var bytes) ? WireValues.Time(bytes) : null;

    public void Dispose() => stream.Dispose();

    ReadOnlySpan<byte> Required() => Field(out var bytes) ? bytes : throw new FormatException("A field is null that never should be.");

    void Need(int size)
    {
        if (end - at < size)
            Fill(size);
    }

    void Fill(int size)
    {
        if (size > buffer.Length)
        {
            var larger = new byte[Math.Max(size, 2 * buffer.Length)];
            buffer.AsSpan(at, end - at).CopyTo(larger);
            (buffer, end, at) = (larger, end - at, 0);
        }
        else if (at + size > buffer.Length || buffer.Length - end < buffer.Length / 4)
        {
            buffer.AsSpan(at, end - at).CopyTo(buffer);
            (end, at) = (end - at, 0);
        }

        while (end - at < size)
        {
            var read = stream.Read(buffer, end, buffer.Length - end);
            if (read == 0)
                throw new FormatException("The rows end in the middle of one.");
            end += read;
        }
    }
}
