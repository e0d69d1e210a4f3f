using System.Globalization;
using System.Text;

namespace Hazina.Web.Wallet.Home;

/// <summary>How a balance went, drawn here: a line of steps in a box of 100 by 30.</summary>
/// <param name="Line">The path of an SVG; null where there is nothing to draw yet.</param>
public sealed record Chart(string? Line, string? Area, DateTimeOffset From, decimal Lowest, decimal Highest)
{
    const double Width = 100,
        Top = 3,
        Bottom = 28;

    static readonly Chart Nothing = new(null, null, default, 0, 0);

    /// <summary>The sum of several accounts, as far back as each of them is known.</summary>
    public static Chart Of(IEnumerable<History> histories)
    {
        var steps = new List<(DateTimeOffset At, int Account, decimal Balance)>();
        var now = new List<decimal>();
        var from = DateTimeOffset.MinValue;
        foreach (var history in histories)
        {
            var entries = history.Entries.Data.Where(e => e.BalanceAfter is not null).OrderBy(e => e.OccurredAt).ToList();
            // Before the first one known there was something else, which nobody knows: the picture begins there.
            if (history.Entries.HasMore && entries.Count > 0 && entries[0].OccurredAt > from)
                from = entries[0].OccurredAt;
            steps.AddRange(entries.Select(e => (e.OccurredAt, now.Count, e.BalanceAfter!.Value.Value)));
            now.Add(0);
        }

        var points = new List<(DateTimeOffset At, decimal Sum)>();
        foreach (var (at, account, balance) in steps.OrderBy(s => s.At))
        {
            now[account] = balance;
            if (at >= from)
                points.Add((at, now.Sum()));
        }

        return points.Count < 2 ? Nothing : Draw(points);
    }

    static Chart Draw(List<(DateTimeOffset At, decimal Sum)> points)
    {
        var (low, high) = (points.Min(p => p.Sum), points.Max(p => p.Sum));
        var (floor, range) = (Math.Min(low, 0), Math.Max(high - Math.Min(low, 0), 0.01m));
        var line = new StringBuilder();
        for (var i = 0; i < points.Count; i++)
        {
            // By order and not by time: a busy afternoon would be a wall, and a quiet month nothing.
            var (x, y) = (Width * i / points.Count, Y(points[i].Sum));
            line.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "M" : "H")}{x:0.##}{(i == 0 ? $" {y:0.##}" : $"V{y:0.##}")}");
        }

        line.Append(CultureInfo.InvariantCulture, $"H{Width}");
        return new Chart(line.ToString(), $"{line}V30H0Z", points[0].At, low, high);

        double Y(decimal sum) => Bottom - (double)((sum - floor) / range) * (Bottom - Top);
    }
}
