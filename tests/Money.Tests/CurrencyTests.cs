namespace Hazina.Money.Tests;

public sealed class CurrencyTests
{
    [Fact]
    public void Codes_are_unique_sorted_and_well_formed()
    {
        var lines = Lines();
        Assert.Equal(lines.Select(l => l[0]).Order(StringComparer.Ordinal), lines.Select(l => l[0]));
        Assert.Equal(lines.Count, lines.DistinctBy(l => l[0]).Count());
        Assert.Equal(lines.Count, Currency.All.Count);
        Assert.All(lines, l => Assert.Matches(l[3] == "fiat" ? "^[A-Z]{3}$" : "^[A-Z]{3,5}$", l[0]));
    }

    [Fact]
    public void Every_line_has_its_five_fields_and_a_name_of_its_own()
    {
        var lines = Lines();
        Assert.All(lines, l => Assert.Equal(5, l.Length));
        Assert.All(lines, l => Assert.True(l[3] is "fiat" or "crypto"));
        Assert.All(lines, l => Assert.Equal(l[4].Trim(), l[4]));
        Assert.All(lines, l => Assert.NotEmpty(l[4]));
        Assert.Equal(lines.Count, lines.DistinctBy(l => l[4]).Count());
    }

    [Fact]
    public void No_currency_shows_more_digits_than_it_keeps_or_keeps_more_than_a_book_can()
    {
        Assert.All(Currency.All, c => Assert.InRange(c.Scale, 0, 8));
        Assert.All(Currency.All, c => Assert.InRange(c.ShownScale, 0, c.Scale));
    }

    [Fact]
    public void Money_of_states_has_the_codes_and_the_digits_of_Iso_4217()
    {
        foreach (var currency in Currency.All.Where(c => !c.IsCrypto))
        {
            Assert.True(Iso4217.Codes.Contains(currency.Code), currency.Code);
            Assert.Equal(Iso4217.MinorUnits(currency.Code), currency.ShownScale);
        }
    }

    [Fact]
    public void Coins_take_no_code_of_Iso_4217() =>
        Assert.DoesNotContain(Currency.All.Where(c => c.IsCrypto), c => Iso4217.Codes.Contains(c.Code));

    [Theory]
    [InlineData("KES", 4, 2)]
    [InlineData("USD", 4, 2)]
    [InlineData("EUR", 4, 2)]
    [InlineData("GBP", 4, 2)]
    [InlineData("GHS", 4, 2)]
    [InlineData("UGX", 4, 0)]
    [InlineData("TZS", 4, 2)]
    [InlineData("RWF", 4, 0)]
    [InlineData("ZAR", 4, 2)]
    [InlineData("NGN", 4, 2)]
    [InlineData("BTC", 8, 8)]
    [InlineData("ETH", 8, 8)]
    [InlineData("USDT", 6, 2)]
    [InlineData("USDC", 6, 2)]
    public void The_currencies_asked_for_are_there(string code, int kept, int shown)
    {
        Assert.True(Currency.TryGet(code, out var currency));
        Assert.Same(currency, Currency.Of(code));
        Assert.Equal((kept, shown), (currency.Scale, currency.ShownScale));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("kes")]
    [InlineData("KE")]
    [InlineData(" KES")]
    [InlineData("XXX")]
    public void What_is_no_code_finds_no_currency(string? code)
    {
        Assert.False(Currency.TryGet(code, out _));
        Assert.ThrowsAny<ArgumentException>(() => Currency.Of(code!));
    }

    static List<string[]> Lines()
    {
        using var stream = typeof(Currency).Assembly.GetManifestResourceStream("Hazina.Money.currencies.csv")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.Split(','))];
    }
}
