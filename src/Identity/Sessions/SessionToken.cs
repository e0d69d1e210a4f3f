using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Hazina.Identity.Sessions;

/// <summary>A session as its owner has it: <c>hzs_</c> and 32 bytes of chance. It says nothing, and is kept as its SHA-256 alone.</summary>
static class SessionToken
{
    public const string Start = "hzs_";
    public const int Length = 4 + 43;
    const int Bytes = 32;

    public static string New() => Start + Chance();

    /// <summary>Of a sign-in that waits for its second step: it opens nothing but that.</summary>
    public static string NewPending() => "hzp_" + Chance();

    public static bool IsWellFormed(string text) =>
        text.Length == Length
        && text.StartsWith(Start, StringComparison.Ordinal)
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    static string Chance() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>The same without allocating; of a text that is as long as a token.</summary>
    public static void Hash(string text, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(Length)];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(text, bytes)], hash);
    }

    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
