using System.Numerics;

namespace Hazina.Money;

/// <summary>Divides an amount among several so that the parts always add up to the whole.</summary>
public static class Allocation
{
    /// <summary>
    /// Equal parts, as nearly as the digits given allow (none given: those the currency keeps). What does not divide goes out one unit
    /// each to the parts in front, so no two parts differ by more than one unit.
    /// </summary>
    /// <exception cref="ArgumentException">No parts; or the whole has more digits than the parts may have.</exception>
    public static IReadOnlyList<Amount> Split(this Amount whole, int parts, int? digits = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        return whole.Split([.. Enumerable.Repeat(1m, parts)], digits);
    }

    /// <summary>
    /// Parts in proportion to weights (shares, percentages, amounts owed). Each is its exact share rounded down to a unit; the units left
    /// over go to the largest fractions cut off, the earlier part first where two are the same. A weight of zero gets nothing.
    /// </summary>
    /// <exception cref="ArgumentException">No weight above zero, one below it, or the whole has more digits than the parts may have.</exception>
    public static IReadOnlyList<Amount> Split(this Amount whole, IReadOnlyList<decimal> weights, int? digits = null)
    {
        var kept = digits ?? whole.Currency.Scale;
        if (kept < 0 || kept > whole.Currency.Scale || Amount.Digits(whole.Value) > kept)
            throw new ArgumentException($"{whole} cannot be split into parts of {kept} digits.", nameof(digits));
        if (weights.Any(w => w < 0) || weights.All(w => w == 0))
            throw new ArgumentException("Weights are not below zero, and one at least is above it.", nameof(weights));

        var scale = weights.Max(w => (int)w.Scale);
        var shares = weights.Select(w => Exact.Whole(w, scale)).ToArray();
        var sum = shares.Aggregate(BigInteger.Zero, (a, b) => a + b);
        var units = Exact.Whole(Math.Abs(whole.Value), kept);
        var parts = Array.ConvertAll(shares, share => BigInteger.Divide(units * share, sum));
        var left = (int)(units - parts.Aggregate(BigInteger.Zero, (a, b) => a + b));
        foreach (var i in Enumerable.Range(0, parts.Length).OrderByDescending(i => units * shares[i] % sum).Take(left))
            parts[i]++;
        return Array.ConvertAll(parts, part => new Amount(Exact.Decimal(whole.Value < 0 ? -part : part, kept), whole.Currency));
    }
}
