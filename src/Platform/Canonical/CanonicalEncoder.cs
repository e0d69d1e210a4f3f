using System.Text;
using System.Text.Encodings.Web;

namespace Hazina.Platform.Canonical;

/// <summary>
/// The escaping of JSON that is hashed or compared: RFC 8785, section 3.2.2.2. A quotation mark, a backslash and what is below U+0020 are escaped, each in one
/// way, and nothing else is. The framework's own encoders escape what its Unicode tables do not know, which differs from release to release.
/// </summary>
public sealed class CanonicalEncoder : JavaScriptEncoder
{
    const string Short = "btn\0fr"; // from U+0008 on; U+000B has no short form

    CanonicalEncoder() { }

    /// <summary>Keeps nothing, so one serves all.</summary>
    public static CanonicalEncoder Instance { get; } = new();

    /// <summary><c>\u001f</c>.</summary>
    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < ' ' or '"' or '\\';

    /// <summary>Half a pair counts as well: what comes out is U+FFFD.</summary>
    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var span = new ReadOnlySpan<char>(text, textLength);
        for (var i = 0; i < span.Length; i++)
        {
            if (WillEncode(span[i]))
                return i;
            if (!char.IsSurrogate(span[i]))
                continue;
            if (Rune.DecodeFromUtf16(span[i..], out _, out var consumed) != System.Buffers.OperationStatus.Done)
                return i;
            i += consumed - 1;
        }

        return -1;
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var target = new Span<char>(buffer, bufferLength);
        if (!WillEncode(unicodeScalar))
            return new Rune(unicodeScalar).TryEncodeToUtf16(target, out numberOfCharactersWritten);
        Span<char> escaped = ['\\', 'u', '0', '0', (char)('0' + (unicodeScalar >> 4)), "0123456789abcdef"[unicodeScalar & 15]];
        var length = 6;
        if (unicodeScalar >= ' ')
            (escaped[1], length) = ((char)unicodeScalar, 2);
        else if (unicodeScalar is >= '\b' and <= '\r' and not '\v')
            (escaped[1], length) = (Short[unicodeScalar - '\b'], 2);
        numberOfCharactersWritten = escaped[..length].TryCopyTo(target) ? length : 0;
        return numberOfCharactersWritten > 0;
    }
}
