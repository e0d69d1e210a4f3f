using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Hazina.Money.Tests;

/// <summary>Checks a statement on many generated values. A failure names the seed; HAZINA_SEED repeats it.</summary>
static class Any
{
    public static Gen<Currency> Currency { get; } = Gen.Elements(Money.Currency.All.ToArray());

    /// <summary>Every size of amount a book can hold, of both signs, with whole and round values among them.</summary>
    public static Gen<Amount> Storable(Currency currency) =>
        from magnitude in Gen.Choose(0, 20 + currency.Scale)
        from digits in Gen.ArrayOf(Gen.Choose(0, 9), magnitude)
        from isNegative in Gen.Elements(true, false)
        let whole = digits.Aggregate(BigInteger.Zero, (sum, digit) => sum * 10 + digit)
        select new Amount(Exact.Decimal(isNegative ? -whole : whole, currency.Scale), currency);

    public static Gen<Amount> Storable() => Currency.SelectMany(Storable);

    /// <summary>From 10⁻²⁰ up to ten significant digits before the point.</summary>
    public static Gen<decimal> RateValue { get; } =
        from significant in Gen.Choose(1, int.MaxValue)
        from scale in Gen.Choose(0, Rate.MaxDigits)
        select new decimal(significant, 0, 0, false, (byte)scale);

    public static void Holds<T>(Gen<T> values, Func<T, bool> statement, int times = 500)
    {
        var seed = ulong.TryParse(Environment.GetEnvironmentVariable("HAZINA_SEED"), out var given)
            ? given
            : (ulong)Random.Shared.NextInt64();
        try
        {
            Prop.ForAll(values.ToArbitrary(), statement)
                .Check(Config.QuickThrowOnFailure.WithMaxTest(times).WithReplay(seed, gamma: 1).WithQuietOnSuccess(true));
        }
        catch (Exception failure)
        {
            throw new Xunit.Sdk.XunitException($"Repeat it with HAZINA_SEED={seed}. {failure.Message}", failure);
        }
    }
}
