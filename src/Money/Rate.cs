using System.Globalization;
using System.Numerics;

namespace Hazina.Money;

/// <summary>How many units of one currency are given for one unit of another. A conversion multiplies once and rounds once.</summary>
/// <remarks>
/// 20 digits after the point leave at least ten significant ones for any rate above 10⁻¹⁰, and keep every product with a storable amount,
/// and what rounding leaves of it, exact.
/// </remarks>
public sealed record Rate
{
    /// <summary>The most digits a rate may have after the point.</summary>
    public const int MaxDigits = 20;

    /// <param name="value">Units of <paramref name="to"/> for one unit of <paramref name="from"/>; more than zero.</param>
    /// <param name="from">The currency that is given.</param>
    /// <param name="to">The currency that is got; another one.</param>
    /// <exception cref="ArgumentException">The value is not above zero, has too many digits, or the currencies are the same.</exception>
    public Rate(decimal value, Currency from, Currency to)
    {
        if (!IsRate(value))
            throw new ArgumentException(
                $"{value} is not a rate: more than zero, at most {MaxDigits} digits after the point.",
                nameof(value)
            );
        if (ReferenceEquals(from, to))
            throw new ArgumentException($"A rate is between two currencies, not {from} and {to}.", nameof(to));
        (Value, From, To) = (value, from, to);
    }

    public decimal Value { get; }

    public Currency From { get; }

    public Currency To { get; }

    /// <summary>Whether a value from outside can be a rate.</summary>
    public static bool IsRate(decimal value) => value > 0 && Amount.Digits(value) <= MaxDigits;

    /// <summary>What an amount of <see cref="From"/> becomes, rounded half up to the digits given (none: those <see cref="To"/> keeps).</summary>
    /// <exception cref="ArgumentException">Another currency, not storable, or digits that are not kept.</exception>
    /// <exception cref="OverflowException">The result is beyond <see cref="Amount.Limit"/>.</exception>
    public Conversion Convert(Amount given, int? digits = null)
    {
        var (mine, rate) = Wholes(given, From);
        var product = mine * rate;
        var got = Rounded(product, Exact.Power(FullScale - Digits(digits, To)), To, Digits(digits, To));
        return Done(given, got);
    }

    /// <summary>
    /// What has to be given of <see cref="From"/> for an amount of <see cref="To"/>: divides once, rounded half up to the digits given
    /// (none: those <see cref="From"/> keeps).
    /// </summary>
    /// <exception cref="ArgumentException">Another currency, not storable, or digits that are not kept.</exception>
    /// <exception cref="OverflowException">The result is beyond <see cref="Amount.Limit"/>.</exception>
    public Conversion ConvertBack(Amount got, int? digits = null)
    {
        var (mine, rate) = Wholes(got, To);
        var kept = Digits(digits, From);
        var given = Rounded(mine * Exact.Power(MaxDigits + kept), rate * Exact.Power(AmountScale), From, kept);
        return Done(given, got);
    }

    public override string ToString() => $"1 {From} = {Value.ToString(CultureInfo.InvariantCulture)} {To}";

    /// <summary>Every storable amount is a whole number of 10⁻⁸.</summary>
    const int AmountScale = 8;

    /// <summary>And every product of one with a rate a whole number of 10⁻²⁸.</summary>
    const int FullScale = AmountScale + MaxDigits;

    (BigInteger Amount, BigInteger Rate) Wholes(Amount amount, Currency expected)
    {
        if (!ReferenceEquals(amount.Currency, expected) || !amount.IsStorable)
            throw new ArgumentException($"{amount} is not a storable amount of {expected}.", nameof(amount));
        return (Exact.Whole(amount.Value, AmountScale), Exact.Whole(Value, MaxDigits));
    }

    static int Digits(int? digits, Currency currency) =>
        (digits ?? currency.Scale) is var kept and >= 0 && kept <= currency.Scale
            ? kept
            : throw new ArgumentException($"{currency} keeps {currency.Scale} digits, not {digits}.", nameof(digits));

    static Amount Rounded(BigInteger numerator, BigInteger denominator, Currency currency, int digits)
    {
        var amount = new Amount(Exact.Decimal(Exact.DivideHalfUp(numerator, denominator), digits), currency);
        return amount.IsStorable ? amount : throw new OverflowException($"{amount} is more than a book can hold.");
    }

    Conversion Done(Amount given, Amount got)
    {
        var exact = Exact.Whole(given.Value, AmountScale) * Exact.Whole(Value, MaxDigits);
        return new Conversion(given, got, this, Exact.Decimal(exact - Exact.Whole(got.Value, FullScale), FullScale));
    }
}

/// <summary>An exchange that loses nothing: <c>Given × Rate = Got + Remainder</c>, exactly.</summary>
/// <param name="Given">In the rate's <see cref="Rate.From"/>.</param>
/// <param name="Got">In the rate's <see cref="Rate.To"/>.</param>
/// <param name="Rate">The rate it was made at.</param>
/// <param name="Remainder">
/// What rounding kept from the customer (above zero) or gave them (below), in units of <see cref="Rate.To"/>. It may have more digits
/// than the currency keeps: whoever books roundings adds them up first.
/// </param>
public sealed record Conversion(Amount Given, Amount Got, Rate Rate, decimal Remainder);
