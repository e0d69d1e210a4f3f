using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Visits;

/// <summary>What people type, as the API takes it.</summary>
public static class Typed
{
    /// <summary>As many digits as surely fit: one more would be rounded away without a word.</summary>
    const int MostDigits = 28;

    /// <summary>An amount above zero; null where it is none.</summary>
    public static Amount? Amount(string text, string currency) => Number(text) is { } value and > 0 ? new Amount(value, currency) : null;

    /// <summary>An amount that a form of ours carries along; it may be nothing, such as a fee.</summary>
    /// <exception cref="BadHttpRequestException">It is none.</exception>
    public static Amount Carried(string text, string currency) =>
        Number(text) is { } value ? new Amount(value, currency) : throw new BadHttpRequestException("No amount.");

    /// <summary>Spaces and commas group digits, as people write them.</summary>
    static decimal? Number(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plain = text.Replace(",", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        return
            plain.Length <= MostDigits
            && decimal.TryParse(plain, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
    }
}
