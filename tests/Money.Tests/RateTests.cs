using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Hazina.Money.Tests;

public sealed class RateTests
{
    static readonly Currency Kes = Currency.Of("KES");
    static readonly Currency Usd = Currency.Of("USD");
    static readonly Currency Btc = Currency.Of("BTC");

    [Fact]
    public void A_conversion_rounds_once_half_up_and_gives_the_remainder_back()
    {
        var done = new Rate(0.0077418923m, Kes, Usd).Convert(new Amount(1250m, Kes), digits: 2);
        Assert.Equal(new Amount(9.68m, Usd), done.Got); // 9.677365375
        Assert.Equal(-0.002634625m, done.Remainder);

        Assert.Equal(9.6774m, new Rate(0.0077418923m, Kes, Usd).Convert(new Amount(1250m, Kes)).Got.Value);
        Assert.Equal(0.0001m, new Rate(0.00005m, Kes, Usd).Convert(new Amount(1m, Kes)).Got.Value);
        Assert.Equal(-0.0001m, new Rate(0.00005m, Kes, Usd).Convert(new Amount(-1m, Kes)).Got.Value);
        Assert.Equal(0m, new Rate(0.00004999999999999999m, Kes, Usd).Convert(new Amount(1m, Kes)).Got.Value);
    }

    [Fact]
    public void A_rate_keeps_ten_digits_and_more_where_the_coin_is_dear()
    {
        var rate = new Rate(0.000000074813250987m, Kes, Btc);
        var done = rate.Convert(new Amount(1_000_000m, Kes));
        Assert.Equal(0.07481325m, done.Got.Value);
        Assert.Equal(0.000000000987m, done.Remainder);
    }

    [Fact]
    public void Given_times_rate_is_got_plus_remainder_exactly() =>
        Any.Holds(
            Conversions(),
            c =>
            {
                var done = c.Rate.Convert(c.Amount with { Currency = c.Rate.From }, c.Digits);
                return IsExact(done) && Math.Abs(done.Remainder) <= HalfUnit(c.Digits) && Amount.Digits(done.Got.Value) <= c.Digits;
            }
        );

    [Fact]
    public void What_has_to_be_given_is_the_nearest_there_is() =>
        Any.Holds(
            Conversions(),
            c =>
            {
                var done = c.Rate.ConvertBack(c.Amount with { Currency = c.Rate.To }, c.Digits);
                return IsExact(done)
                    && done.Got.Value == c.Amount.Value
                    && Exact.Whole(Math.Abs(done.Remainder), 28) * 10 <= Exact.Whole(c.Rate.Value, 20) * Exact.Whole(HalfUnit(c.Digits), 9);
            }
        );

    [Fact]
    public void A_refund_at_the_same_rate_mirrors_what_it_refunds() =>
        Any.Holds(
            Conversions(),
            c =>
            {
                var amount = c.Amount with { Currency = c.Rate.From };
                var (there, back) = (c.Rate.Convert(amount, c.Digits), c.Rate.Convert(-amount, c.Digits));
                return back.Got == -there.Got && back.Remainder == -there.Remainder;
            }
        );

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("0.000000000000000000001")]
    public void What_is_no_rate_is_refused(string text)
    {
        var value = decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        Assert.False(Rate.IsRate(value));
        Assert.Throws<ArgumentException>(() => new Rate(value, Kes, Usd));
    }

    [Fact]
    public void A_rate_converts_its_own_currencies_and_what_can_be_stored()
    {
        var rate = new Rate(130m, Usd, Kes);
        Assert.Throws<ArgumentException>(() => rate.Convert(new Amount(1, Kes)));
        Assert.Throws<ArgumentException>(() => rate.ConvertBack(new Amount(1, Usd)));
        Assert.Throws<ArgumentException>(() => rate.Convert(new Amount(0.00001m, Usd)));
        Assert.Throws<ArgumentException>(() => rate.Convert(new Amount(1, Usd), digits: 5));
        Assert.Throws<ArgumentException>(() => rate.Convert(new Amount(1, Usd), digits: -1));
        Assert.Throws<ArgumentException>(() => new Rate(1m, Kes, Kes));
        Assert.Throws<OverflowException>(() => rate.Convert(new Amount(Amount.Limit, Btc) with { Currency = Usd, Value = 9e19m }));
        Assert.Equal("1 USD = 130 KES", rate.ToString());
    }

    static Gen<(Rate Rate, Amount Amount, int Digits)> Conversions() =>
        from value in Any.RateValue
        from whole in Gen.Choose(-2_000_000_000, 2_000_000_000)
        from scale in Gen.Choose(0, 8)
        from digits in Gen.Choose(0, 8)
        let rate = new Rate(value, Btc, Currency.Of("ETH"))
        let divided = (decimal)whole / (decimal)BigInteger.Pow(10, scale)
        where Math.Abs((double)divided * (double)value) < 1e19 && Math.Abs((double)divided / (double)value) < 1e19
        select (rate, new Amount(divided, Btc), digits);

    static bool IsExact(Conversion done) =>
        Exact.Whole(done.Given.Value, 8) * Exact.Whole(done.Rate.Value, 20)
        == Exact.Whole(done.Got.Value, 28) + Exact.Whole(done.Remainder, 28);

    static decimal HalfUnit(int digits) => 0.5m / (decimal)BigInteger.Pow(10, digits);
}
