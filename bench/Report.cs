using System.Globalization;
using Spectre.Console;

namespace Hazina.Bench;

/// <summary>What a person reads of a bench.</summary>
static class Report
{
    public static void Begin(string name, Machine machine)
    {
        if (Console.IsOutputRedirected)
        {
            // A pipe has no width of its own, and a table squeezed into 80 columns cannot be read; nor can colours.
            AnsiConsole.Profile.Width = 150;
            AnsiConsole.Profile.Capabilities.Ansi = false;
        }

        AnsiConsole.MarkupLineInterpolated($"[bold]bench {name}[/] on {machine.ToString()}");
        AnsiConsole.MarkupLineInterpolated(
            $"[grey]{string.Join(", ", machine.Settings.Select(setting => $"{setting.Key}={setting.Value}"))}[/]"
        );
    }

    public static void Line(string text) => AnsiConsole.MarkupLineInterpolated($"[grey]{text}[/]");

    public static void Line(string round, Workload workload, Run run) =>
        AnsiConsole.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[grey]{round}[/] {workload.Name, -16} {run.Value, 10:N0}/s  [grey]others {Percent(run.Others ?? 0)}[/]"
        );

    public static void End(Figures figures, IEnumerable<Ratio> ratios)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in new[] { "workload", "system", "what", "unit" })
            table.AddColumn(heading);
        foreach (var heading in new[] { "callers", "median", "min", "max", "p50 ms", "p99 ms", "others" })
            table.AddColumn(new TableColumn(heading).RightAligned().NoWrap());
        foreach (var figure in figures.All)
            table.AddRow(
                figure.Workload,
                figure.System,
                figure.What,
                figure.Unit,
                Whole(figure.Callers),
                $"[bold]{Short(figure.Median)}[/]",
                Short(figure.Min),
                Short(figure.Max),
                Fine(figure.P50),
                Fine(figure.P99),
                Percent(figure.Others)
            );
        AnsiConsole.Write(table);

        var compared = figures.Compare(ratios).ToList();
        if (compared.Count > 0)
            AnsiConsole.Write(Compared(compared));
        AnsiConsole.MarkupLineInterpolated($"[grey]{figures.Command}[/]");
    }

    static Table Compared(IEnumerable<(Ratio Ratio, double Value)> compared)
    {
        var table = new Table().Border(TableBorder.Simple).Title("ratios of medians, higher is better");
        table.AddColumn("ratio");
        table.AddColumn(new TableColumn("value").RightAligned());
        table.AddColumn(new TableColumn("goal").RightAligned());
        table.AddColumn("");
        foreach (var (ratio, value) in compared)
        {
            var reached =
                ratio.Goal is not { } goal ? ""
                : value >= goal ? "[green]reached[/]"
                : "[red]not reached[/]";
            table.AddRow(ratio.Name, $"[bold]{Fine(value)}[/]", ratio.Goal?.ToString(CultureInfo.InvariantCulture) ?? "", reached);
        }

        return table;
    }

    /// <summary>Rates without a fraction, times with one.</summary>
    static string Short(double value) => value >= 1000 ? Whole(value) : Fine(value);

    static string Percent(double share) => share.ToString("P0", CultureInfo.InvariantCulture);

    static string Whole(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    static string Fine(double value) => value.ToString(value >= 100 ? "N0" : "N2", CultureInfo.InvariantCulture);
}
