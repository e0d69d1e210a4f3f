using System.Buffers.Binary;

namespace Hazina.Platform.Files;

/// <summary>Finds how large a JPEG is: in the segment that begins a frame, which may come after much about the picture.</summary>
static class JpegHeader
{
    const int MostSegments = 2_000;

    /// <summary>Width times height; null where it is no whole header.</summary>
    /// <param name="head">The first bytes.</param>
    /// <param name="rest">What follows them.</param>
    public static async Task<long?> Pixels(ReadOnlyMemory<byte> head, Stream rest, CancellationToken stop)
    {
        var bytes = new Bytes(head, rest, stop);
        if (!await bytes.Skip(2)) // the start of the image
            return null;
        for (var segments = 0; segments < MostSegments; segments++)
        {
            if (await bytes.Next() != 0xff)
                return null;
            int marker;
            do marker = await bytes.Next();
            while (marker == 0xff); // filling
            if (marker is 0x01 or (>= 0xd0 and <= 0xd7))
                continue; // has no content
            if (marker is < 0 or 0x00 or 0xd8 or 0xd9 or 0xda || await bytes.Read(2) is not { } size)
                return null;
            var length = BinaryPrimitives.ReadUInt16BigEndian(size) - 2;
            // Frames begin with C0 to CF, of which C4, C8 and CC are something else.
            if (marker is >= 0xc0 and <= 0xcf and not (0xc4 or 0xc8 or 0xcc))
                return length >= 5 && await bytes.Read(5) is { } frame ? Of(frame) : null;
            if (length < 0 || !await bytes.Skip(length))
                return null;
        }

        return null;
    }

    /// <summary>A height of nothing is said to come later, which no picture of a person needs.</summary>
    static long? Of(byte[] frame)
    {
        var pixels = (long)BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(1)) * BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(3));
        return pixels > 0 ? pixels : null;
    }

    /// <summary>The head, and then the rest, as one.</summary>
    sealed class Bytes(ReadOnlyMemory<byte> head, Stream rest, CancellationToken stop)
    {
        readonly byte[] buffer = new byte[4096];
        ReadOnlyMemory<byte> left = head;

        /// <summary>-1 at the end.</summary>
        public async ValueTask<int> Next()
        {
            if (left.IsEmpty && !await Fill())
                return -1;
            var one = left.Span[0];
            left = left[1..];
            return one;
        }

        public async ValueTask<byte[]?> Read(int count)
        {
            var read = new byte[count];
            for (var i = 0; i < count; i++)
            {
                if (await Next() is not (>= 0 and var one))
                    return null;
                read[i] = (byte)one;
            }

            return read;
        }

        public async ValueTask<bool> Skip(int count)
        {
            while (count > 0)
            {
                if (left.IsEmpty && !await Fill())
                    return false;
                var step = Math.Min(count, left.Length);
                left = left[step..];
                count -= step;
            }

            return true;
        }

        async ValueTask<bool> Fill()
        {
            var length = await rest.ReadAsync(buffer, stop);
            left = buffer.AsMemory(0, length);
            return length > 0;
        }
    }
}
