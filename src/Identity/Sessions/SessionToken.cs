using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Hazina.Identity.Sessions;

/// <summary>A session as its owner has it: <c>hzs_</c> and 32 bytes of chance. It says nothing, and is kept as its SHA-256 alone.</summary>
static class SessionToken
{
    public const string Start = "hzs_";
    const int Bytes = 32,
        Length = 4 + 43;

    public static string New() => Start + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    public static bool IsWellFormed(string text) =>
        text.Length == Length
        && text.StartsWith(Start, StringComparison.Ordinal)
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    public static byte[] Hash(string text) => SHA256.HashData(Encoding.ASCII.GetBytes(text));
}
