using System.Globalization;
using System.Text;

namespace Hazina.Simulator;

/// <summary>What a vendor writes of our account, as CSV.</summary>
static class Statement
{
    const string Columns = "receipt,completed_at,kind,our_reference,party,paid_in,withdrawn,balance,reverses";

    /// <param name="opening">What lay there before the first entry.</param>
    /// <param name="from">From here on; the balance before it counts all the same.</param>
    /// <param name="to">Up to, not including.</param>
    public static string Of(IEnumerable<BookEntry> entries, Rail rail, decimal opening, DateTimeOffset? from, DateTimeOffset? to)
    {
        var text = new StringBuilder(Columns).Append("\r\n");
        var balance = opening;
        foreach (var entry in entries.Where(e => e.Rail == rail && !(e.At >= to)).OrderBy(e => e.At))
        {
            balance += entry.Change;
            if (entry.At < from)
                continue;
            string[] cells =
            [
                entry.Receipt,
                $"{entry.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}",
                entry.Kind.ToString().ToLowerInvariant(),
                entry.OurId ?? "",
                entry.Party,
                entry.Change > 0 ? Money(entry.Change) : "",
                entry.Change < 0 ? Money(-entry.Change) : "",
                Money(balance),
                entry.Reverses ?? "",
            ];
            text.AppendJoin(',', cells.Select(Quoted)).Append("\r\n");
        }

        return text.ToString();
    }

    static string Money(decimal amount) => amount.ToString("F2", CultureInfo.InvariantCulture);

    static string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny("\",\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
