using System.Numerics;
using Hazina.Billing.Fees;
using Hazina.Money;

namespace Hazina.Billing.Tests.Fees;

/// <summary>Prices, against sums in whole hundred-millionths.</summary>
public sealed class FeeTests
{
    static readonly Currency Kes = Currency.Of("KES");
    static readonly BigInteger Unit = BigInteger.Pow(10, 8);

    [Fact]
    public void A_price_is_what_whole_numbers_say_whatever_the_fee()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var fee = Any(random);
            var basis = random.Next(1, 500_000_000) / 10_000m;
            Assert.True(fee.Of(new Amount(basis, Kes)).Value == Naive(fee, basis), $"seed {seed}: {fee} of {basis}");
        }
    }

    [Fact]
    public void A_payee_never_pays_more_than_comes_and_a_payer_pays_the_least_there_is()
    {
        var fee = Any(new Random(1)) with { Tiers = [], Fixed = 0, Rate = 0, Least = 50, Most = null };
        Assert.Equal(20m, (fee with { BorneBy = FeeBearer.Payee }).Of(new Amount(20, Kes)).Value);
        Assert.Equal(50m, (fee with { BorneBy = FeeBearer.Payer }).Of(new Amount(20, Kes)).Value);
    }

    static Fee Any(Random random)
    {
        decimal Digits(int most) => random.Next(most * 10_000) / 10_000m;
        decimal Rate() => random.Next(3) == 0 ? 0m : random.Next(0, 50_000_000) / 1_000_000_000m;
        var least = random.Next(2) == 0 ? Digits(100) : (decimal?)null;
        var tiers = new List<Tier>();
        var bound = 0m;
        for (var i = random.Next(4); i > 0; i--)
            tiers.Add(new Tier(i == 1 ? null : bound += 1 + Digits(10_000), Digits(200), decimal.Round(Rate(), 8)));
        return new Fee(
            Guid.CreateVersion7(),
            "live",
            FeeType.Payment,
            Kes,
            Provider: null,
            MerchantType: null,
            Merchant: null,
            "Any",
            random.Next(2) == 0 ? FeeBearer.Payer : FeeBearer.Payee,
            IsReturned: false,
            tiers.Count > 0 ? 0 : Digits(100),
            tiers.Count > 0 ? 0 : decimal.Round(Rate(), 8),
            least,
            random.Next(2) == 0 ? (least ?? 0) + Digits(1_000) : null,
            tiers,
            DateTimeOffset.UnixEpoch,
            Until: null
        );
    }

    static decimal Naive(Fee fee, decimal basis)
    {
        static BigInteger Whole(decimal value) => new(value * 100_000_000m);
        var (start, rate) = (fee.Fixed, fee.Rate);
        foreach (var tier in fee.Tiers)
        {
            (start, rate) = (tier.Fixed, tier.Rate);
            if (tier.UpTo is null || basis <= tier.UpTo)
                break;
        }

        // In units of 10⁻¹⁶.
        var price = (Whole(start) * Unit) + (Whole(basis) * Whole(rate));
        if (fee.Least is { } least)
            price = BigInteger.Max(price, Whole(least) * Unit);
        if (fee.Most is { } most)
            price = BigInteger.Min(price, Whole(most) * Unit);
        var cent = BigInteger.Pow(10, 14);
        var cents = (price + (cent / 2)) / cent;
        var shown = (decimal)cents / 100m;
        return fee.BorneBy == FeeBearer.Payee ? Math.Min(shown, basis) : shown;
    }
}
