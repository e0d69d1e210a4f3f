using System.Buffers;
using System.Text;
using System.Text.Json;
using Hazina.Platform.Canonical;

namespace Hazina.Platform.Tests.Canonical;

public sealed class CanonicalEncoderTests
{
    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("say \"yes\" or \\no/", "\"say \\\"yes\\\" or \\\\no/\"")]
    [InlineData("\0\u0001\b\t\n\v\f\r\u001f\u007f", "\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\u007f\"")]
    [InlineData("línea <b> & 'x' \u2028 🧺 \ue000 \u0378 +", "\"línea <b> & 'x' \u2028 🧺 \ue000 \u0378 +\"")]
    public void Only_what_must_be_is_escaped_and_in_one_way(string text, string expected)
    {
        Assert.Equal(expected, Encoding.UTF8.GetString(Written(text)));
        Assert.Equal(expected, Encoding.UTF8.GetString(Written(Encoding.UTF8.GetBytes(text))));
    }

    [Fact]
    public void Half_a_pair_is_replaced() => Assert.Equal("\"a\ufffdb\"", Encoding.UTF8.GetString(Written("a\ud83eb")));

    [Fact]
    public void Every_character_is_written_and_read_back()
    {
        var all = new StringBuilder();
        for (var scalar = 0; scalar <= 0x10FFFF; scalar++)
        {
            if (Rune.IsValid(scalar))
                all.Append(new Rune(scalar).ToString());
        }

        var text = all.ToString();
        var json = Written(text);
        Assert.Equal(text, JsonSerializer.Deserialize<string>(json));
        // One byte more for each of the nine that have a short form, five for each of the other controls, two quotation marks.
        Assert.Equal(Encoding.UTF8.GetByteCount(text) + 7 + 5 * 27 + 2, json.Length);
    }

    static byte[] Written(string text)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
            json.WriteStringValue(text);
        return buffer.WrittenSpan.ToArray();
    }

    static byte[] Written(byte[] utf8)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
            json.WriteStringValue(utf8);
        return buffer.WrittenSpan.ToArray();
    }

    static readonly JsonWriterOptions Options = new() { Encoder = CanonicalEncoder.Instance };
}
