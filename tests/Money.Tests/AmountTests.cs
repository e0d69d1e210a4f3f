using FsCheck.Fluent;

namespace Hazina.Money.Tests;

public sealed class AmountTests
{
    static readonly Currency Kes = Currency.Of("KES");
    static readonly Currency Btc = Currency.Of("BTC");

    [Fact]
    public void Adding_and_taking_away_again_changes_nothing() =>
        Any.Holds(
            Any.Currency.SelectMany(c => Any.Storable(c).Two()),
            pair =>
            {
                var (a, b) = pair;
                return a + b - b == a && a + b == b + a && (a + -b).Value == (a - b).Value;
            }
        );

    [Fact]
    public void A_sum_that_does_not_fit_throws_and_is_never_rounded()
    {
        var most = new Amount(Amount.Limit, Btc);
        var sum = most;
        for (var i = 2; i <= 7; i++)
        {
            sum += most;
            Assert.Equal(Amount.Limit * i, sum.Value);
        }

        // Eight of them need 97 bits: .NET alone would drop the last digit here without a word.
        Assert.NotEqual(sum.Value, sum.Value + most.Value - most.Value);
        Assert.Throws<OverflowException>(() => sum + most);
        Assert.Throws<OverflowException>(() => -sum - most);
        Assert.Throws<OverflowException>(() => new Amount(decimal.MaxValue, Kes) + new Amount(1, Kes));
    }

    [Fact]
    public void Currencies_do_not_mix()
    {
        Assert.Throws<InvalidOperationException>(() => new Amount(1, Kes) + new Amount(1, Btc));
        Assert.Throws<InvalidOperationException>(() => new Amount(1, Kes) - new Amount(1, Btc));
        Assert.Throws<InvalidOperationException>(() => default(Amount) + default(Amount));
        Assert.NotEqual(new Amount(1, Kes), new Amount(1, Btc));
    }

    [Fact]
    public void Trailing_zeros_are_no_digits() =>
        Any.Holds(
            Any.Storable(),
            amount =>
            {
                var digits = Amount.Digits(amount.Value);
                return decimal.Round(amount.Value, digits) == amount.Value
                    && (digits == 0 || decimal.Round(amount.Value, digits - 1) != amount.Value);
            }
        );

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.000", 0)]
    [InlineData("1.500", 1)]
    [InlineData("100.00", 0)]
    [InlineData("-0.00000001", 8)]
    [InlineData("79228162514264337593.543950335", 9)]
    [InlineData("7922816251426433.7593543950330", 12)]
    [InlineData("0.0000000000000000000000000001", 28)]
    public void Digits_are_counted(string value, int digits) =>
        Assert.Equal(digits, Amount.Digits(decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void What_a_book_cannot_hold_is_not_storable()
    {
        Assert.True(new Amount(Amount.Limit, Btc).IsStorable);
        Assert.True(new Amount(-Amount.Limit, Btc).IsStorable);
        Assert.True(new Amount(1.23450000m, Kes).IsStorable);
        Assert.False(new Amount(1.23456m, Kes).IsStorable);
        Assert.False(new Amount(Amount.Limit + 0.00000001m, Btc).IsStorable);
        Assert.False(new Amount(0.000000001m, Btc).IsStorable);
    }

    [Fact]
    public void Rounding_leaves_what_is_storable()
    {
        Assert.Equal(1.2346m, new Amount(1.23456m, Kes).Round(MidpointRounding.AwayFromZero).Value);
        Assert.Equal(1.2345m, new Amount(1.23456m, Kes).Round(MidpointRounding.ToZero).Value);
        Any.Holds(Any.Storable(), amount => amount.Round(MidpointRounding.AwayFromZero) == amount);
    }

    [Fact]
    public void What_goes_over_the_wire_comes_back() =>
        Any.Holds(
            Any.Storable(),
            amount =>
                Amount.TryRead(amount.ToWire(), amount.Currency, out var back) == AmountFault.None
                && back == amount
                && back.ToWire() == amount.ToWire()
        );

    [Theory]
    [InlineData("1250", "KES", "1250.00")]
    [InlineData("1250.5", "KES", "1250.50")]
    [InlineData("1250.5000", "KES", "1250.50")]
    [InlineData("1250.1234", "KES", "1250.1234")]
    [InlineData("-0", "KES", "0.00")]
    [InlineData("-0.01", "KES", "-0.01")]
    [InlineData("0.00000001", "BTC", "0.00000001")]
    [InlineData("1", "BTC", "1.00000000")]
    [InlineData("1200", "UGX", "1200")]
    [InlineData("1200.25", "UGX", "1200.25")]
    [InlineData("1", "KWD", "1.000")]
    [InlineData("2.5", "USDT", "2.50")]
    [InlineData("2.123456", "USDT", "2.123456")]
    [InlineData("99999999999999999999.9999", "KES", "99999999999999999999.9999")]
    [InlineData("1.000000000000000000000000000000000000", "KES", "1.00")]
    public void The_wire_shows_at_least_the_digits_shown_and_all_it_has(string text, string code, string shown)
    {
        Assert.Equal(AmountFault.None, Amount.TryRead(text, Currency.Of(code), out var amount));
        Assert.True(amount.IsStorable);
        Assert.Equal(shown, amount.ToWire());
        Assert.Equal($"{shown} {code}", amount.ToString());
    }

    [Fact]
    public void Digits_that_a_currency_does_not_keep_are_shown_and_not_rounded_away() =>
        Assert.Equal("1.00000000049", new Amount(1.00000000049m, Kes).ToWire());

    [Theory]
    [InlineData(null, AmountFault.Malformed)]
    [InlineData("", AmountFault.Malformed)]
    [InlineData("-", AmountFault.Malformed)]
    [InlineData(".", AmountFault.Malformed)]
    [InlineData(".5", AmountFault.Malformed)]
    [InlineData("5.", AmountFault.Malformed)]
    [InlineData("+5", AmountFault.Malformed)]
    [InlineData("--5", AmountFault.Malformed)]
    [InlineData("007", AmountFault.Malformed)]
    [InlineData(" 5", AmountFault.Malformed)]
    [InlineData("5 ", AmountFault.Malformed)]
    [InlineData("1,250", AmountFault.Malformed)]
    [InlineData("1_250", AmountFault.Malformed)]
    [InlineData("1.2.3", AmountFault.Malformed)]
    [InlineData("1e3", AmountFault.Malformed)]
    [InlineData("0x10", AmountFault.Malformed)]
    [InlineData("NaN", AmountFault.Malformed)]
    [InlineData("Infinity", AmountFault.Malformed)]
    [InlineData("KES 5", AmountFault.Malformed)]
    [InlineData("(5)", AmountFault.Malformed)]
    [InlineData("５", AmountFault.Malformed)]
    [InlineData("٣", AmountFault.Malformed)]
    [InlineData("1\0", AmountFault.Malformed)]
    [InlineData("1.00001", AmountFault.TooManyDigits)]
    [InlineData("0.0000000000000000000000000000000000000000001", AmountFault.TooManyDigits)]
    [InlineData("100000000000000000000", AmountFault.TooLarge)]
    [InlineData("999999999999999999999999999999999999999999999", AmountFault.TooLarge)]
    public void What_is_no_amount_is_refused_with_the_reason(string? text, AmountFault fault) =>
        Assert.Equal(fault, Amount.TryRead(text, Kes, out _));
}
