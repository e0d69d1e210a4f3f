using System.Globalization;
using System.Text.RegularExpressions;

namespace Hazina.Payments.Reconciliation;

/// <summary>The cells of a line by their headings, and how they are read.</summary>
sealed partial class StatementCells
{
    /// <summary>On the clocks of both M-Pesa and the banks.</summary>
    static readonly TimeSpan EastAfrica = TimeSpan.FromHours(3);

    static readonly string[] Times =
    [
        "dd-MM-yyyy HH:mm:ss",
        "dd/MM/yyyy HH:mm:ss",
        "yyyy-MM-dd HH:mm:ss",
        "yyyy-MM-dd'T'HH:mm:ss",
        "yyyy-MM-dd HH:mm:ss.fff",
        "dd-MM-yyyy HH:mm",
        "dd/MM/yyyy HH:mm",
    ];

    static readonly string[] Days = ["yyyy-MM-dd", "dd/MM/yyyy", "dd-MM-yyyy"];

    readonly Dictionary<string, int> places;
    CsvRow row;

    StatementCells(Dictionary<string, int> places) => this.places = places;

    /// <summary>Null where the row is not the headings.</summary>
    public static StatementCells? Of(CsvRow row, params ReadOnlySpan<string> needed)
    {
        var found = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < row.Cells.Count; i++)
        {
            if (row.Cells[i].Length > 0 && !found.TryAdd(Plain(row.Cells[i]), i))
                return null;
        }

        foreach (var name in needed)
        {
            if (!found.ContainsKey(name))
                return null;
        }

        return new StatementCells(found);
    }

    /// <summary>The line that is read from now on.</summary>
    public void Take(CsvRow next)
    {
        if (next.Cells.Count > places.Values.Max() + 1 && next.Cells.Skip(places.Values.Max() + 1).Any(c => c.Length > 0))
            throw new StatementFault(next.Line, null, "has more cells than there are headings");
        row = next;
    }

    public int Line => row.Line;

    /// <summary>Empty where it is not there.</summary>
    public string Text(string name) => places.TryGetValue(name, out var place) && place < row.Cells.Count ? row.Cells[place] : "";

    public string Required(string name, int longest)
    {
        var text = Text(name);
        if (text.Length == 0)
            throw Fault(name, "is empty");
        return text.Length <= longest ? text : throw Fault(name, $"has more than {longest} characters");
    }

    public DateTimeOffset Time(string name) => Moment(Required(name, 40)) ?? throw Fault(name, "is no time such as 21-11-2026 18:05:09");

    /// <summary>Null where it is empty.</summary>
    public decimal? Money(string name)
    {
        var text = Text(name);
        return text.Length == 0 ? null : Number(text) ?? throw Fault(name, "is no amount such as 1,250.00");
    }

    /// <summary>What came in less what went out, of which one is there: some write what went out with a minus.</summary>
    public decimal Change(string paidIn, string paidOut)
    {
        var (into, outOf) = (Money(paidIn) ?? 0m, Money(paidOut) ?? 0m);
        if (into < 0)
            throw Fault(paidIn, "is below zero");
        if (into == 0 && outOf == 0)
            throw Fault(paidIn, $"and {paidOut} are both empty or zero");
        return into == 0 ? -Math.Abs(outOf)
            : outOf == 0 ? into
            : throw Fault(paidIn, $"and {paidOut} are both there");
    }

    public StatementFault Fault(string name, string detail) => new(row.Line, name, detail);

    /// <summary>A time as vendors write it; one with an offset means that. A day alone is its noon.</summary>
    public static DateTimeOffset? Moment(string text)
    {
        var culture = CultureInfo.InvariantCulture;
        if (DateTime.TryParseExact(text, Times, culture, DateTimeStyles.None, out var local))
            return Sane(new DateTimeOffset(local, EastAfrica));
        if (DateOnly.TryParseExact(text, Days, culture, DateTimeStyles.None, out var day))
            return Sane(new DateTimeOffset(day.ToDateTime(new TimeOnly(12, 0)), EastAfrica));
        return WithOffset().IsMatch(text) && DateTimeOffset.TryParse(text, culture, DateTimeStyles.None, out var whole)
            ? Sane(whole)
            : null;
    }

    static DateTimeOffset? Sane(DateTimeOffset time) => time.Year is >= 2000 and < 2200 ? time.ToUniversalTime() : null;

    /// <summary>Up to twelve digits before the point, in threes where there are commas, and at most four after it.</summary>
    public static decimal? Number(string text) =>
        Amount().IsMatch(text)
            ? decimal.Parse(text.Replace(",", "", StringComparison.Ordinal), NumberStyles.Number, CultureInfo.InvariantCulture)
            : null;

    static string Plain(string heading) => heading.Trim().TrimStart('\uFEFF').TrimEnd('.', ':').Trim();

    [GeneratedRegex(@"\A-?([0-9]{1,12}|[0-9]{1,3}(,[0-9]{3}){1,3})(\.[0-9]{1,4})?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Amount();

    [GeneratedRegex(
        @"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?(Z|[+-][0-9]{2}:[0-9]{2})\z",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex WithOffset();
}
