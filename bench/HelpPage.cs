using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Hazina.Bench.Payments;
using Spectre.Console;

namespace Hazina.Bench;

/// <summary>The page behind <c>--help</c>: all benches on one page.</summary>
sealed class HelpPage : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var root = parseResult.RootCommandResult.Command;
        foreach (var bench in root.Subcommands.Where(command => !command.Hidden))
        {
            AnsiConsole.MarkupLineInterpolated($"{bench.Description}, in one go on this machine.");
            Heading("Usage");
            AnsiConsole.MarkupLineInterpolated($"  ./hazina bench [blue]{bench.Name}[/] [grey][[options]][/]");
            Heading("Options");
            Columns(
                bench
                    .Options.Where(option => option is not HelpOption)
                    .Select(option => ($"{option.Name} {option.HelpName}", option.Description + Default(option)))
            );
        }

        Heading("Workloads of bench ledger");
        Columns(LedgerBench.Workloads().Select(workload => (workload.Name, $"{workload.System}: {workload.What}")));
        Heading("Workloads of bench payments");
        Columns(PaymentsBench.Workloads().Select(workload => (workload.Name, $"{workload.System}: {workload.What}")));
        Heading("Examples");
        Columns([
            ("./hazina bench ledger", "everything; some ten minutes"),
            ("./hazina bench ledger --only bulk row-lock --runs 1", "a quick look at two"),
            ("./hazina bench payments --only callbacks callbacks-row-lock", "how many callbacks of rails are booked a second"),
            (
                "./hazina bench accounts --rows 10000000",
                "activity, balances and statements over ten million rows; some ten minutes, 6 GB of disk"
            ),
            ("./hazina bench ledger --rows 50000000 --json growth.json", "whether cost grows; some 20 minutes, 25 GB of disk"),
        ]);
        return 0;
    }

    static void Heading(string text) => AnsiConsole.MarkupLineInterpolated($"\n[bold]{text}[/]");

    static void Columns(IEnumerable<(string Left, string Right)> rows)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(2)).AddColumn();
        foreach (var (left, right) in rows)
            grid.AddRow(Markup.Escape(left), Markup.Escape(right));
        AnsiConsole.Write(grid);
    }

    static string Default(Option option) => option.HasDefaultValue ? $"; {option.GetDefaultValue()} where nothing is said" : "";
}
