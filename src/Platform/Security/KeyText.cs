using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Hazina.Platform.Security;

/// <summary>
/// A key as people see it: <c>hz_live_</c> or <c>hz_test_</c>, 33 letters and digits of chance, 6 of CRC-32C. The sum finds typing mistakes, and keeps
/// what is no key from costing a question to the database.
/// </summary>
static class KeyText
{
    const int RandomBytes = 24,
        RandomDigits = 33,
        SumDigits = 6;
    const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public const int Length = 8 + RandomDigits + SumDigits;

    public static string New(string book)
    {
        var start =
            (book == "live" ? "hz_live_" : "hz_test_")
            + Base62(new BigInteger(RandomNumberGenerator.GetBytes(RandomBytes), isUnsigned: true), RandomDigits);
        return start + Sum(start);
    }

    public static bool IsWellFormed(string text) =>
        text.Length == Length
        && (text.StartsWith("hz_live_", StringComparison.Ordinal) || text.StartsWith("hz_test_", StringComparison.Ordinal))
        && text.AsSpan(Length - SumDigits).SequenceEqual(Sum(text[..^SumDigits]));

    public static byte[] Hash(string text) => SHA256.HashData(Encoding.ASCII.GetBytes(text));

    /// <summary>The same without allocating; of a text that is as long as a key.</summary>
    public static void Hash(string text, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        SHA256.HashData(bytes[..Encoding.ASCII.GetBytes(text, bytes)], hash);
    }

    static string Sum(string text)
    {
        var crc = uint.MaxValue;
        foreach (var c in text)
            crc = BitOperations.Crc32C(crc, unchecked((byte)c));
        return Base62(~crc, SumDigits);
    }

    static string Base62(BigInteger value, int digits)
    {
        var text = new char[digits];
        for (var i = digits - 1; i >= 0; i--)
        {
            (value, var rest) = BigInteger.DivRem(value, 62);
            text[i] = Digits[(int)rest];
        }

        return new string(text);
    }
}
