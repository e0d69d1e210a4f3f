using System.Numerics;

namespace Hazina.Money;

/// <summary>
/// Arithmetic that never rounds on its own. A <c>decimal</c> holds 96 bits: where a sum or a product needs more, .NET drops the last digits
/// without a word. Here that either throws or goes through whole numbers of any size.
/// </summary>
static class Exact
{
    /// <summary>The digits as a whole number without sign, and whether the value is negative: value = ± mantissa × 10^−scale.</summary>
    public static (UInt128 Mantissa, bool IsNegative) Parts(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        _ = decimal.GetBits(value, bits);
        unchecked
        {
            var low = (uint)bits[0] | ((ulong)(uint)bits[1] << 32);
            return (new UInt128((uint)bits[2], low), value < 0);
        }
    }

    public static decimal Add(decimal left, decimal right)
    {
        var sum = left + right;
        return sum.Scale >= Math.Max(left.Scale, right.Scale)
            ? sum
            : throw new OverflowException($"{left} + {right} has more digits than can be kept.");
    }

    /// <summary>The value × 10^scale, which must be a whole number.</summary>
    public static BigInteger Whole(decimal value, int scale)
    {
        var (mantissa, isNegative) = Parts(value);
        var whole = (BigInteger)mantissa;
        whole = scale >= value.Scale ? whole * Power(scale - value.Scale) : whole / Power(value.Scale - scale);
        return isNegative ? -whole : whole;
    }

    /// <summary>The whole number × 10^−scale.</summary>
    /// <exception cref="OverflowException">It needs more than 96 bits.</exception>
    public static decimal Decimal(BigInteger whole, int scale)
    {
        var magnitude = BigInteger.Abs(whole);
        while (scale > 0 && (scale > 28 || magnitude >> 96 > 0) && magnitude % 10 == 0)
        {
            magnitude /= 10;
            scale--;
        }

        if (scale > 28 || magnitude >> 96 > 0)
            throw new OverflowException($"{whole} × 10^-{scale} has more digits than can be kept.");
        unchecked
        {
            var bits = (UInt128)magnitude;
            return new decimal((int)(uint)bits, (int)(uint)(bits >> 32), (int)(uint)(bits >> 64), whole.Sign < 0, (byte)scale);
        }
    }

    /// <summary>The nearest whole number to a fraction; a half goes away from zero, so that a refund mirrors what it refunds.</summary>
    public static BigInteger DivideHalfUp(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(BigInteger.Abs(numerator), denominator, out var rest);
        if (rest * 2 >= denominator)
            quotient++;
        return numerator.Sign < 0 ? -quotient : quotient;
    }

    public static BigInteger Power(int exponent) => BigInteger.Pow(10, exponent);
}
