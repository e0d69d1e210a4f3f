using System.Security.Cryptography;
using Hazina.Identity.Passwords;

namespace Hazina.Identity.SecondFactors;

/// <summary>
/// A code to write down: 24 letters and digits that are not taken for each other, 118 bits of chance, so that an HMAC keeps it well.
/// </summary>
static class RecoveryCode
{
    /// <summary>So many are given out together.</summary>
    public const int Count = 10;
    const int Letters = 24,
        Group = 6;
    const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>Such as <c>k7wq2m-9x3vbn-tt4hpz-cs8rye</c>.</summary>
    public static string New() =>
        string.Join('-', RandomNumberGenerator.GetString(Alphabet, Letters).Chunk(Group).Select(group => new string(group)));

    /// <summary>Without what people leave out or put in; null where it cannot be one.</summary>
    public static string? Read(string text)
    {
        if (text.Length > 100)
            return null;
        var letters = string.Concat(text.ToLowerInvariant().Where(c => c is not ('-' or ' ')));
        return letters.Length == Letters && letters.All(Alphabet.Contains) ? letters : null;
    }

    public static byte[] Hash(Pepper pepper, Guid user, string code) => pepper.Of("recovery code", $"{user} {Read(code)}");
}
