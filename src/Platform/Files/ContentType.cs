using System.Buffers.Binary;
using System.Text;

namespace Hazina.Platform.Files;

/// <summary>What a content is, by its bytes: what it is called and said to be proves nothing.</summary>
/// <param name="Type">A media type.</param>
/// <param name="Pixels">Of an image, width times height.</param>
readonly record struct ContentType(string Type, long Pixels = 0)
{
    public const string Png = "image/png",
        Jpeg = "image/jpeg",
        WebP = "image/webp",
        Pdf = "application/pdf",
        Text = "text/plain",
        Csv = "text/csv";

    const int HeadBytes = 32;

    /// <summary>What may be kept, for refusals and descriptions.</summary>
    public const string Known = "PNG, JPEG, WebP, PDF, plain text in UTF-8 or CSV";

    /// <summary>Null where it is nothing that may be kept, or is broken where that shows.</summary>
    /// <param name="content">Read once, to its end or to where it is known.</param>
    /// <param name="said">Tells tables from other texts.</param>
    public static async Task<ContentType?> Of(Stream content, string? said, CancellationToken stop)
    {
        var head = new byte[HeadBytes];
        var length = await content.ReadAtLeastAsync(head, HeadBytes, throwOnEndOfStream: false, stop);
        var start = head.AsMemory(0, length);
        if (start.Span.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
            return OfPng(start.Span);
        if (start.Span.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]))
            return await JpegHeader.Pixels(start, content, stop) is { } jpeg ? new(Jpeg, jpeg) : null;
        if (length >= 30 && start.Span.StartsWith("RIFF"u8) && start.Span[8..].StartsWith("WEBP"u8))
            return OfWebP(start.Span);
        if (start.Span.StartsWith("%PDF-"u8))
            return new(Pdf);
        return await IsText(start, content, stop)
            ? new(said is not null && said.StartsWith(Csv, StringComparison.OrdinalIgnoreCase) ? Csv : Text)
            : null;
    }

    static ContentType? OfPng(ReadOnlySpan<byte> head)
    {
        // The first chunk is IHDR, 13 bytes long; it begins with width and height.
        if (head.Length < 24 || !head[12..].StartsWith("IHDR"u8))
            return null;
        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(head[16..]), BinaryPrimitives.ReadUInt32BigEndian(head[20..]));
        return width is 0 or > int.MaxValue || height is 0 or > int.MaxValue ? null : new(Png, (long)width * height);
    }

    static ContentType? OfWebP(ReadOnlySpan<byte> head)
    {
        var data = head[20..];
        long? pixels = null;
        if (head[12..].StartsWith("VP8 "u8) && data[3..].StartsWith((ReadOnlySpan<byte>)[0x9d, 0x01, 0x2a]))
            // Lossy: 14 bits each, the two above them say how to scale.
            pixels =
                (long)(BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3fff)
                * (BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3fff);
        else if (head[12..].StartsWith("VP8L"u8) && data[0] == 0x2f)
            pixels = Lossless(BinaryPrimitives.ReadUInt32LittleEndian(data[1..]));
        else if (head[12..].StartsWith("VP8X"u8))
            pixels = (1L + Three(data[4..])) * (1L + Three(data[7..]));
        return pixels > 0 ? new(WebP, pixels.Value) : null;

        static long Lossless(uint bits) => (1L + (bits & 0x3fff)) * (1L + ((bits >> 14) & 0x3fff));

        static long Three(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
    }

    /// <summary>UTF-8 to its end, without control characters but tab, line feed, form feed and carriage return.</summary>
    static async Task<bool> IsText(ReadOnlyMemory<byte> head, Stream content, CancellationToken stop)
    {
        var decoder = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetDecoder();
        var (bytes, chars) = (new byte[16 * 1024], new char[16 * 1024 + 16]);
        head.CopyTo(bytes);
        var length = head.Length;
        if (length == 0)
            return false;
        try
        {
            while (true)
            {
                var count = decoder.GetChars(bytes, 0, length, chars, 0, flush: length == 0);
                foreach (var one in chars.AsSpan(0, count))
                {
                    if (char.IsControl(one) && one is not ('\t' or '\n' or '\f' or '\r'))
                        return false;
                }

                if (length == 0)
                    return true;
                length = await content.ReadAsync(bytes, stop);
            }
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
