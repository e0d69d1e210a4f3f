using System.Globalization;

namespace Hazina.Money;

/// <summary>A quantity of one currency. Arithmetic is exact or throws, and refuses to mix currencies.</summary>
/// <param name="Value">In units of the currency (shillings, not cents); may be negative.</param>
/// <param name="Currency">The currency that <paramref name="Value"/> counts.</param>
public readonly record struct Amount(decimal Value, Currency Currency)
{
    /// <summary>The largest magnitude a book can hold: the range of <c>numeric(28,8)</c>.</summary>
    public const decimal Limit = 99_999_999_999_999_999_999.99999999m;

    /// <summary>Whether the value has no more digits after the point than its currency keeps, and is within <see cref="Limit"/>.</summary>
    public bool IsStorable => Fits(Value, Currency);

    public static Amount Zero(Currency currency) => new(0m, currency);

    /// <summary>As <see cref="IsStorable"/>, for a value that is not an <see cref="Amount"/> yet.</summary>
    public static bool Fits(decimal value, Currency currency) =>
        Math.Abs(value) <= Limit && (value.Scale <= currency.Scale || Digits(value) <= currency.Scale);

    /// <summary>Significant digits after the point: 1.500 has one.</summary>
    public static int Digits(decimal value)
    {
        var scale = (int)value.Scale;
        if (scale == 0)
            return 0;
        var (wide, _) = Exact.Parts(value);
        for (; wide > ulong.MaxValue && scale > 0 && wide % 10 == 0; scale--)
            wide /= 10;
        if (wide > ulong.MaxValue)
            return scale;
        for (var mantissa = (ulong)wide; scale > 0 && mantissa % 10 == 0; scale--)
            mantissa /= 10;
        return scale;
    }

    /// <summary>The nearest amount of the currency's kept scale, in the way that the caller must name.</summary>
    public Amount Round(MidpointRounding rounding) => this with { Value = decimal.Round(Value, Currency.Scale, rounding) };

    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    /// <exception cref="OverflowException">The exact sum has more digits than a <c>decimal</c> holds.</exception>
    public static Amount operator +(Amount left, Amount right) => new(Exact.Add(left.Value, right.Value), Same(left, right));

    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    /// <exception cref="OverflowException">The exact difference has more digits than a <c>decimal</c> holds.</exception>
    public static Amount operator -(Amount left, Amount right) => new(Exact.Add(left.Value, -right.Value), Same(left, right));

    public static Amount operator -(Amount amount) => amount with { Value = -amount.Value };

    /// <summary>The value as it goes over the wire: every digit it has, and at least those shown (<c>1250.00</c>). Never rounded.</summary>
    public string ToWire() => ToWire(Value, Currency);

    /// <inheritdoc cref="ToWire()"/>
    public static string ToWire(decimal value, Currency currency) =>
        value.ToString(Formats[Math.Max(currency.ShownScale, Digits(value))], CultureInfo.InvariantCulture);

    /// <summary>Reads an amount as it comes over the wire: <c>1250</c>, <c>1250.00</c>, <c>-0.5</c>.</summary>
    /// <remarks>ASCII digits, a point with digits on both sides, a minus in front; no exponent, space, separator, leading zero.</remarks>
    /// <returns><see cref="AmountFault.None"/>, or what is wrong with it; then <paramref name="amount"/> means nothing.</returns>
    public static AmountFault TryRead(string? text, Currency currency, out Amount amount)
    {
        amount = Zero(currency);
        var digits = text.AsSpan();
        var isNegative = digits.StartsWith("-");
        if (isNegative)
            digits = digits[1..];
        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? [] : digits[(point + 1)..];
        if (!AreDigits(whole) || (whole.Length > 1 && whole[0] == '0') || (point >= 0 && !AreDigits(fraction)))
            return AmountFault.Malformed;
        if (whole.Length > 20)
            return AmountFault.TooLarge;
        fraction = fraction.TrimEnd('0');
        if (fraction.Length > currency.Scale)
            return AmountFault.TooManyDigits;
        var value = decimal.Parse($"{whole}.{fraction}0", NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        amount = new Amount(isNegative ? 0m - value : value, currency);
        return AmountFault.None;
    }

    public override string ToString() => $"{ToWire()} {Currency.Code}";

    static readonly string[] Formats = [.. Enumerable.Range(0, 29).Select(digits => "F" + digits)];

    static bool AreDigits(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExceptInRange('0', '9');

    static Currency Same(Amount left, Amount right) =>
        ReferenceEquals(left.Currency, right.Currency) && left.Currency is { } currency
            ? currency
            : throw new InvalidOperationException($"Amounts of {left.Currency} and {right.Currency} do not mix.");
}

/// <summary>Why a text is not an amount of a currency.</summary>
public enum AmountFault : byte
{
    None,

    /// <summary>Not a plain decimal number.</summary>
    Malformed,

    /// <summary>More digits after the point than the currency keeps.</summary>
    TooManyDigits,

    /// <summary>Beyond <see cref="Amount.Limit"/>.</summary>
    TooLarge,
}
