using System.Globalization;
using Spectre.Console;

namespace Hazina.Bench;

/// <summary>What a person reads of a bench.</summary>
static class Report
{
    /// <summary>Above this share of the processor taken by others, figures say little.</summary>
    const double Crowded = 0.1;

    public static void Begin(string name, Machine machine)
    {
        if (Console.IsOutputRedirected)
        {
            // A pipe has no width of its own, and a table squeezed into 80 columns cannot be read; nor can colours.
            AnsiConsole.Profile.Width = 150;
            AnsiConsole.Profile.Capabilities.Ansi = false;
        }

        AnsiConsole.MarkupLineInterpolated($"[bold]bench {name}[/] on {machine.ToString()}");
        Line(string.Join(", ", machine.Settings.Select(setting => $"{setting.Key}={setting.Value}")));
    }

    public static void Line(string text) => AnsiConsole.MarkupLineInterpolated($"[grey]{text}[/]");

    public static void Line(string what, Run run) => Line($"{what}: {Number(run.Value)}{Latency(run)}, others {Percent(run.Others ?? 0)}");

    public static void Line(string round, Workload workload, Run run) =>
        AnsiConsole.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[grey]{round}[/] {workload.Name, -18} {run.Value, 10:N0}/s[grey]{Latency(run)}, others {Percent(run.Others ?? 0)}[/]"
        );

    public static void End(Figures figures, IEnumerable<Target> targets)
    {
        AnsiConsole.Write(Measured(figures));
        var told = figures.Compare(targets);
        if (told.Count > 0)
            AnsiConsole.Write(Told(told));
        if (figures.All.Max(figure => figure.Others) is > Crowded and var others)
            AnsiConsole.MarkupLineInterpolated(
                $"[yellow]Others took up to {Percent(others)} of the processor: these figures say little. Measure again when the machine is quiet.[/]"
            );
        Line(figures.Command);
    }

    static Table Measured(Figures figures)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("system");
        table.AddColumn("workload");
        foreach (var heading in new[] { "callers", "median", "unit", "min", "max", "p50 ms", "p99 ms", "others" })
            table.AddColumn(heading == "unit" ? new TableColumn(heading).NoWrap() : new TableColumn(heading).RightAligned().NoWrap());
        var system = "";
        foreach (var figure in figures.All.OrderByDescending(figure => figure.System, StringComparer.Ordinal))
        {
            if (system.Length > 0 && system != figure.System)
                table.AddEmptyRow();
            table.AddRow(
                system == figure.System ? "" : figure.System,
                figure.Workload,
                figure.Callers == 0 ? "" : Number(figure.Callers),
                $"[bold]{Number(figure.Median)}[/]",
                figure.Unit,
                Number(figure.Min),
                Number(figure.Max),
                figure.P99 == 0 ? "" : Number(figure.P50),
                figure.P99 == 0 ? "" : Number(figure.P99),
                figure.Others > Crowded ? $"[yellow]{Percent(figure.Others)}[/]" : Percent(figure.Others)
            );
            system = figure.System;
        }

        return table;
    }

    static Table Told(IEnumerable<(Target Target, double Value)> told)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("medians compared");
        table.AddColumn(new TableColumn("value").RightAligned());
        table.AddColumn(new TableColumn("goal").RightAligned());
        table.AddColumn("");
        foreach (var (target, value) in told)
        {
            var unit = target.IsRatio ? "×" : target.Unit;
            var goal = target.Goal is { } number ? $"{(target.LowerIsBetter ? "≤" : "≥")} {Number(number)}" : "";
            var became = target.IsReachedBy(value) switch
            {
                true => "[green]reached[/]",
                false => "[red]missed[/]",
                null => "",
            };
            table.AddRow(target.Name, $"[bold]{Number(value)}[/] {unit}", goal, became);
        }

        return table;
    }

    static string Latency(Run run) => run.P99 == 0 ? "" : $", p50 {Number(run.P50)} ms, p99 {Number(run.P99)} ms";

    static string Percent(double share) => share.ToString("P0", CultureInfo.InvariantCulture);

    /// <summary>With three digits that mean something, at least.</summary>
    static string Number(double value) =>
        value.ToString(
            value is >= 100 or 0 ? "N0"
                : value >= 10 ? "0.#"
                : "0.##",
            CultureInfo.InvariantCulture
        );
}
