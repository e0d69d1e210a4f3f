using System.Collections.Concurrent;
using System.Globalization;

namespace Hazina.Simulator;

/// <summary>Ids and delays that look like a vendor's. No two are the same, also when many ask at once.</summary>
sealed class Identifiers
{
    const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    // 36⁹ receipts; the factor has no divisor in common with it, so that each number has a receipt of its own.
    const ulong Receipts = 101_559_956_668_416;
    const ulong Spread = 31_415_926_535_897;

    readonly Lock gate = new();
    readonly Random random;
    long last;

    public Identifiers(int? seed)
    {
        random = seed is { } given ? new Random(given) : new Random();
        last = random.NextInt64(1, 90_000_000) * 1_000_000;
    }

    public long Next() => Interlocked.Increment(ref last);

    /// <summary>Ten signs, as M-Pesa's.</summary>
    public string Receipt()
    {
        var number = (long)((UInt128)(ulong)Next() * Spread % Receipts);
        return string.Create(
            10,
            number,
            static (signs, number) =>
            {
                signs[0] = 'S';
                for (var i = 9; i > 0; i--)
                {
                    signs[i] = Digits[(int)(number % 36)];
                    number /= 36;
                }
            }
        );
    }

    public TimeSpan Between(TimeSpan least, TimeSpan most)
    {
        lock (gate)
            return least + (most - least) * random.NextDouble();
    }

    public string Checkout(DateTimeOffset at) => $"ws_CO_{EastAfrica.Digits(at, "ddMMyyyyHHmmss")}{Next() % 1_000_000_000:D9}";

    public string MerchantRequest() => $"{Next() % 90_000 + 10_000}-{Next() % 100_000_000:D8}-1";

    public string Conversation(DateTimeOffset at) => $"AG_{EastAfrica.Digits(at, "yyyyMMdd")}_{Next():x20}";

    public string Request() => $"{Next() % 90_000 + 10_000}-{Next() % 100_000_000:D8}-1";
}

/// <summary>The clock on the vendors' wall.</summary>
static class EastAfrica
{
    static readonly TimeSpan Offset = TimeSpan.FromHours(3);

    public static string Digits(DateTimeOffset at, string format = "yyyyMMddHHmmss") =>
        at.ToOffset(Offset).ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>Who answers to a number: whoever was named, or always the same made-up name for the same number.</summary>
sealed class PartyNames
{
    readonly ConcurrentDictionary<string, string> given = new(StringComparer.Ordinal);

    static readonly (string First, string Last)[] Names =
    [
        ("Asha", "Mwangi"),
        ("Brian", "Otieno"),
        ("Chebet", "Koech"),
        ("Daudi", "Kamau"),
        ("Esther", "Wanjiku"),
        ("Farah", "Abdi"),
        ("Grace", "Achieng"),
        ("Hassan", "Omar"),
    ];

    public void Give(string party, string name) => given[party] = name;

    public (string First, string Last) Of(string party)
    {
        if (!given.TryGetValue(party, out var name))
            return Names[party.Where(char.IsAsciiDigit).Sum(d => d - '0') % Names.Length];
        var words = name.Split(' ', 2);
        return (words[0], words.Length > 1 ? words[1] : "");
    }

    public string FullName(string party)
    {
        var (first, last) = Of(party);
        return $"{first} {last}".Trim();
    }
}
