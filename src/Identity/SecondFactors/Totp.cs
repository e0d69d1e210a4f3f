using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Hazina.Identity.SecondFactors;

/// <summary>Codes by the time (RFC 6238, over HOTP, RFC 4226), as every authenticator app makes them: SHA-1, six digits, thirty seconds.</summary>
static class Totp
{
    public const int Digits = 6,
        SecretBytes = 20;
    const int Seconds = 30,
        Range = 1_000_000;

    // A clock may be off by half a minute, and people type slowly.
    const int Drift = 1;

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    public static long StepAt(DateTimeOffset time) => time.ToUnixTimeSeconds() / Seconds;

    public static string CodeAt(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)],
            hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // RFC 6238's own choice, and the only one that all apps know; HMAC does not need what SHA-1 has lost.
        HMACSHA1.HashData(secret, counter, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash[(hash[^1] & 0xf)..]) & 0x7fff_ffff;
        return (number % Range).ToString("D6");
    }

    /// <summary>The step whose code this is, of those near enough to now; null for none. Each of them is computed, so that time does not tell.</summary>
    public static long? StepOf(ReadOnlySpan<byte> secret, string code, DateTimeOffset now)
    {
        long? found = null;
        for (var step = StepAt(now) - Drift; step <= StepAt(now) + Drift; step++)
        {
            if (
                CryptographicOperations.FixedTimeEquals(
                    System.Text.Encoding.UTF8.GetBytes(CodeAt(secret, step)),
                    System.Text.Encoding.UTF8.GetBytes(code)
                )
            )
                found = step;
        }

        return found;
    }

    /// <summary>As people type it and as apps read it: Base32 (RFC 4648) without padding. Twenty bytes need none.</summary>
    public static string Base32(ReadOnlySpan<byte> bytes)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var text = new System.Text.StringBuilder();
        for (var bit = 0; bit < bytes.Length * 8; bit += 5)
        {
            var two = bytes[bit / 8] << 8 | (bit / 8 + 1 < bytes.Length ? bytes[bit / 8 + 1] : 0);
            text.Append(Alphabet[(two >> (11 - bit % 8)) & 31]);
        }

        return text.ToString();
    }

    /// <summary>What apps take from a QR code.</summary>
    public static string UriOf(string account, string secret) =>
        $"otpauth://totp/Hazina:{Uri.EscapeDataString(account)}?secret={secret}&issuer=Hazina&algorithm=SHA1&digits={Digits}&period={Seconds}";
}
