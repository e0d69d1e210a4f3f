using System.Security.Cryptography;
using System.Text;

namespace Hazina.Identity.Passwords;

/// <summary>
/// The passwords that are tried first, as a Bloom filter: it knows each of them, and takes one in some thousands of others for one of them. Made
/// by a test from the list that NOTICE names; the list itself is not here.
/// </summary>
static class CommonPasswords
{
    /// <summary>Bits that each password sets.</summary>
    public const int Probes = 12;

    static readonly Lazy<byte[]> Filter = new(Load);

    public static bool Has(string password)
    {
        var filter = Filter.Value;
        foreach (var bit in Bits(password, filter.Length * 8))
        {
            if ((filter[bit >> 3] & (1 << (bit & 7))) == 0)
                return false;
        }

        return true;
    }

    /// <summary>A filter of these words, with 20 bits a word.</summary>
    public static byte[] Make(IReadOnlyCollection<string> words)
    {
        var filter = new byte[(words.Count * 20 + 7) / 8];
        foreach (var bit in words.SelectMany(w => Bits(w, filter.Length * 8)))
            filter[bit >> 3] |= (byte)(1 << (bit & 7));
        return filter;
    }

    /// <summary>Case makes no difference: who guesses tries both.</summary>
    static int[] Bits(string password, int size)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(password.ToLowerInvariant()));
        var (first, step) = (BitConverter.ToUInt32(hash, 0), BitConverter.ToUInt32(hash, 4) | 1);
        return [.. Enumerable.Range(0, Probes).Select(i => (int)((first + (ulong)i * step) % (ulong)size))];
    }

    static byte[] Load()
    {
        using var stream = typeof(CommonPasswords).Assembly.GetManifestResourceStream("Hazina.Identity.common.bloom")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
