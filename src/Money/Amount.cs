using System.Globalization;

namespace Hazina.Money;

/// <summary>A quantity of one currency. Arithmetic is exact, checked, and refuses to mix currencies.</summary>
/// <param name="Value">In units of the currency (shillings, not cents); may be negative.</param>
/// <param name="Currency">The currency that <paramref name="Value"/> counts.</param>
public readonly record struct Amount(decimal Value, Currency Currency)
{
    /// <summary>The largest magnitude a book can hold: the range of <c>numeric(28,8)</c>.</summary>
    public const decimal Limit = 99_999_999_999_999_999_999.99999999m;

    /// <summary>Whether the value has no more digits after the point than its currency keeps, and is within <see cref="Limit"/>.</summary>
    public bool IsStorable => Math.Abs(Value) <= Limit && Digits(Value) <= Currency.Scale;

    /// <summary>Significant digits after the point: 1.500 has one.</summary>
    public static int Digits(decimal value)
    {
        var scale = value.Scale;
        while (scale > 0 && decimal.Round(value, scale - 1) == value)
            scale--;
        return scale;
    }

    /// <summary>The nearest amount of the currency's kept scale, in the way that the caller must name.</summary>
    public Amount Round(MidpointRounding rounding) => this with { Value = decimal.Round(Value, Currency.Scale, rounding) };

    public static Amount operator +(Amount left, Amount right) => left with { Value = left.Value + Same(left, right) };

    public static Amount operator -(Amount left, Amount right) => left with { Value = left.Value - Same(left, right) };

    public static Amount operator -(Amount amount) => amount with { Value = -amount.Value };

    /// <summary>The value as it goes over the wire: at least the digits shown, at most the digits kept (<c>1250.00</c>).</summary>
    public string ToWire() => ToWire(Value, Currency);

    /// <inheritdoc cref="ToWire()"/>
    public static string ToWire(decimal value, Currency currency) =>
        value.ToString(Formats[currency.ShownScale, Math.Max(currency.ShownScale, 8)], CultureInfo.InvariantCulture);

    public override string ToString() => $"{ToWire()} {Currency.Code}";

    static readonly string[,] Formats = MakeFormats();

    static string[,] MakeFormats()
    {
        var formats = new string[9, 9];
        for (var shown = 0; shown <= 8; shown++)
        {
            for (var kept = shown; kept <= 8; kept++)
                formats[shown, kept] = kept == 0 ? "0" : "0." + new string('0', shown) + new string('#', kept - shown);
        }

        return formats;
    }

    static decimal Same(Amount left, Amount right) =>
        ReferenceEquals(left.Currency, right.Currency)
            ? right.Value
            : throw new InvalidOperationException($"Amounts of {left.Currency} and {right.Currency} do not mix.");
}
