using FsCheck.Fluent;

namespace Hazina.Money.Tests;

public sealed class AllocationTests
{
    static readonly Currency Kes = Currency.Of("KES");

    [Fact]
    public void Equal_parts_add_up_and_differ_by_one_unit_at_most() =>
        Any.Holds(
            Any.Storable().SelectMany(whole => Gen.Choose(1, 60).Select(parts => (whole, parts))),
            c =>
            {
                var parts = c.whole.Split(c.parts);
                var unit = new decimal(1, 0, 0, false, (byte)c.whole.Currency.Scale);
                return parts.Count == c.parts
                    && parts.Aggregate((a, b) => a + b) == c.whole
                    && parts.Max(p => p.Value) - parts.Min(p => p.Value) <= unit
                    && parts.All(p => p.IsStorable);
            }
        );

    [Fact]
    public void Weighed_parts_add_up_and_are_within_a_unit_of_their_share() =>
        Any.Holds(
            from whole in Any.Storable()
            from weights in Gen.ArrayOf(Gen.Choose(0, 10_000).Select(w => w / 100m))
            where weights.Any(w => w > 0)
            select (whole, weights),
            c =>
            {
                var parts = c.whole.Split(c.weights);
                var scale = c.whole.Currency.Scale;
                var (units, sum) = (Exact.Whole(c.whole.Value, scale), Exact.Whole(c.weights.Sum(), 2));
                return parts.Aggregate((a, b) => a + b) == c.whole
                    && parts
                        .Zip(c.weights)
                        .All(p =>
                            System.Numerics.BigInteger.Abs(Exact.Whole(p.First.Value, scale) * sum - units * Exact.Whole(p.Second, 2)) < sum
                        );
            }
        );

    [Fact]
    public void What_does_not_divide_goes_to_the_parts_in_front()
    {
        Assert.Equal([33.3334m, 33.3333m, 33.3333m], Values(new Amount(100m, Kes).Split(3)));
        Assert.Equal([34m, 33m, 33m], Values(new Amount(100m, Kes).Split(3, digits: 0)));
        Assert.Equal([-34m, -33m, -33m], Values(new Amount(-100m, Kes).Split(3, digits: 0)));
        Assert.Equal([0.0001m, 0m, 0m], Values(new Amount(0.0001m, Kes).Split(3)));
    }

    [Fact]
    public void What_is_left_goes_to_the_largest_fractions_cut_off_and_nothing_to_a_weight_of_zero()
    {
        Assert.Equal([0.05m, 0.03m, 0.02m], Values(new Amount(0.10m, Kes).Split([50m, 30m, 20m], digits: 2)));
        Assert.Equal([0.01m, 0.02m], Values(new Amount(0.03m, Kes).Split([1m, 2m], digits: 2)));
        Assert.Equal([3m, 0m, 7m], Values(new Amount(10m, Kes).Split([0.3m, 0m, 0.7m], digits: 0)));
        Assert.Equal([1m, 0m, 4m], Values(new Amount(5m, Kes).Split([1m, 1m, 8m], digits: 0)));
    }

    [Fact]
    public void What_would_lose_something_is_refused()
    {
        var whole = new Amount(10.05m, Kes);
        Assert.Throws<ArgumentException>(() => whole.Split(2, digits: 1));
        Assert.Throws<ArgumentException>(() => whole.Split(2, digits: 5));
        Assert.ThrowsAny<ArgumentException>(() => whole.Split(0));
        Assert.Throws<ArgumentException>(() => whole.Split([]));
        Assert.Throws<ArgumentException>(() => whole.Split([0m, 0m]));
        Assert.Throws<ArgumentException>(() => whole.Split([1m, -1m]));
    }

    static decimal[] Values(IReadOnlyList<Amount> parts) => [.. parts.Select(p => p.Value)];
}
