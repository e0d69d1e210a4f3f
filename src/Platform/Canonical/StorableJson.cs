using System.Globalization;
using System.Text.Json;

namespace Hazina.Platform.Canonical;

/// <summary>
/// JSON that PostgreSQL's jsonb takes, and gives back in about its own length: well-formed text without U+0000, and numbers of at most 28 digits. A number with
/// a large exponent is printed whole there, a hundred thousand digits for eight.
/// </summary>
public static class StorableJson
{
    /// <summary>Whether all of it is such.</summary>
    public static bool Is(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().All(p => Is(p.Name) && Is(p.Value)),
            JsonValueKind.Array => element.EnumerateArray().All(Is),
            JsonValueKind.String => Is(element.GetString()!),
            JsonValueKind.Number => element.TryGetDecimal(out _)
                && element.GetRawText() is { Length: <= 30 } text
                && ExponentOf(text) is >= -28 and <= 28,
            _ => true,
        };

    static int ExponentOf(string number) =>
        number.IndexOfAny(['e', 'E']) is >= 0 and var at
            ? int.Parse(number.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
            : 0;

    /// <summary>Whether a text is well-formed, and without U+0000.</summary>
    public static bool Is(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return !text.Contains('\0');
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || char.IsLowSurrogate(text[i]))
                return false;
            if (char.IsHighSurrogate(text[i]) && (++i == text.Length || !char.IsLowSurrogate(text[i])))
                return false;
        }

        return true;
    }
}
