using System.Buffers.Binary;
using System.Text;
using Hazina.Platform.Files;

namespace Hazina.Platform.Tests.Files;

public sealed class ContentTypeTests
{
    [Fact]
    public async Task Pictures_are_measured_by_their_headers()
    {
        Assert.Equal(new ContentType("image/png", 600 * 800), await Of(Png(600, 800)));
        Assert.Equal(new ContentType("image/jpeg", 4000 * 3000), await Of(Jpeg(4000, 3000, about: 0)));
        // What cameras put in front of the picture: descriptions, small pictures, profiles of colours.
        Assert.Equal(new ContentType("image/jpeg", 4000 * 3000), await Of(Jpeg(4000, 3000, about: 5)));
        Assert.Equal(
            new ContentType("image/webp", 550 * 368),
            await Of(WebP("VP8 ", [0x30, 0x01, 0, 0x9d, 0x01, 0x2a, 0x26, 0x02, 0x70, 0x01]))
        );
        Assert.Equal(new ContentType("image/webp", 386 * 395), await Of(WebP("VP8L", [0x2f, 0x81, 0x81, 0x62, 0, 0, 0, 0, 0, 0])));
        Assert.Equal(new ContentType("image/webp", 1000L * 70_000), await Of(WebP("VP8X", [0, 0, 0, 0, 0xe7, 0x03, 0, 0x6f, 0x11, 0x01])));
    }

    [Theory]
    [InlineData("%PDF-1.7 ...", null, "application/pdf")]
    [InlineData("Habari, dunia ✓\r\n\tMwisho", null, "text/plain")]
    [InlineData("a,b\n1,2", "text/csv; charset=utf-8", "text/csv")]
    [InlineData("a,b\n1,2", "text/html", "text/plain")]
    public async Task Other_documents_are_known_by_how_they_begin_and_texts_by_being_text(string content, string? said, string type) =>
        Assert.Equal(new ContentType(type), await Of(Encoding.UTF8.GetBytes(content), said));

    [Fact]
    public async Task What_is_nothing_of_that_or_broken_is_not_taken()
    {
        byte[][] others =
        [
            [],
            [0],
            "PK\u0003\u0004 a zip"u8.ToArray(),
            [0xff, 0xfe, 0x41, 0],
            [.. "GIF89a"u8, 1, 0, 1, 0, 0, 0],
            Encoding.Latin1.GetBytes("caf\u00e9"),
            Png(600, 800)[..20],
            Png(0, 800),
            Jpeg(0, 300, about: 0),
            Jpeg(4000, 3000, about: 5)[..^20],
            [0xff, 0xd8, 0xff, 0xd9],
            [0xff, 0xd8, 0xff, 0xe0, 0, 0],
            WebP("VP8 ", [0, 0, 0, 1, 2, 3, 4, 5, 6, 7]),
            WebP("ALPH", [0, 0, 0, 1, 2, 3, 4, 5, 6, 7]),
        ];
        foreach (var other in others)
            Assert.Null(await Of(other));
        // Cut in the middle of a letter, after much that is right.
        Assert.Null(await Of([.. Enumerable.Repeat((byte)'a', 100_000), 0xe2, 0x9c]));
    }

    [Fact]
    public async Task Whatever_comes_is_looked_at_without_a_fault()
    {
        var random = new Random(7);
        byte[][] starts = [Png(3, 4), Jpeg(3, 4, about: 2), WebP("VP8L", new byte[10]), "%PDF-"u8.ToArray(), "text"u8.ToArray()];
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = (byte[])starts[i % starts.Length].Clone();
            for (var change = 0; change < 3; change++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            await Of(bytes[..random.Next(bytes.Length + 1)]);
        }
    }

    static Task<ContentType?> Of(byte[] content, string? said = null) =>
        ContentType.Of(new MemoryStream(content), said, TestContext.Current.CancellationToken);

    static byte[] Png(int width, int height)
    {
        byte[] head = [0x89, .. "PNG\r\n"u8, 0x1a, 0x0a, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(20), height);
        return head;
    }

    /// <param name="about">How many segments of 60,000 bytes come before the picture.</param>
    static byte[] Jpeg(int width, int height, int about)
    {
        List<byte> bytes = [0xff, 0xd8];
        for (var i = 0; i < about; i++)
            bytes.AddRange([0xff, 0xe1, 0xea, 0x62, .. new byte[60_000]]);
        bytes.AddRange([0xff, 0xc4, 0, 4, 1, 2, 0xff, 0xff, 0xc2, 0, 17, 8]);
        bytes.AddRange([
            (byte)(height >> 8),
            (byte)(height & 0xff),
            (byte)(width >> 8),
            (byte)(width & 0xff),
            3,
            1,
            0x22,
            0,
            2,
            0x11,
            1,
            3,
            0x11,
            1,
            0xff,
            0xda,
        ]);
        return [.. bytes];
    }

    static byte[] WebP(string chunk, byte[] data) =>
        [.. "RIFF"u8, 100, 0, 0, 0, .. "WEBP"u8, .. Encoding.ASCII.GetBytes(chunk), 50, 0, 0, 0, .. data, 0, 0];
}
