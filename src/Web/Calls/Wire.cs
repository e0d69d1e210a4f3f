using System.Globalization;
using System.Text.Json.Serialization;

namespace Hazina.Web.Calls;

/// <summary>An amount as the API writes it: decimal digits, and what they count.</summary>
public sealed record Wire(string Amount, string Currency)
{
    [JsonIgnore]
    public decimal Value => decimal.Parse(Amount, NumberStyles.Number, CultureInfo.InvariantCulture);

    [JsonIgnore]
    public bool IsNothing => Value == 0;

    /// <summary>Whether it is a number above zero; what somebody typed may be anything.</summary>
    [JsonIgnore]
    public bool IsPositive =>
        decimal.TryParse(Amount, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value > 0;

    /// <summary>What somebody typed: spaces and commas group digits, as people write them. What is no number is left to the API to refuse.</summary>
    public static Wire Typed(string amount, string currency)
    {
        ArgumentNullException.ThrowIfNull(amount);
        return new Wire(amount.Replace(",", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal), currency);
    }
}

/// <summary>A page of a list.</summary>
public sealed record Listed<T>(IReadOnlyList<T> Data, bool HasMore);
