using System.CommandLine;
using System.CommandLine.Help;
using Hazina.Cli.Demo;

namespace Hazina.Cli;

static class Program
{
    /// <summary>Everything <c>hazina</c> can do, in the order in which help shows it: a command is a file, and a line here.</summary>
    static readonly CommandGroup[] Groups =
    [
        new("Run", [DemoCommand.Create(), ServeCommand.Create(), SimulateCommand.Create()]),
        new("Let people and programs in", [AdminCommand.Create(), KeyCommand.Create()]),
        new(
            "Look after the data",
            [
                LedgerCommand.Create(),
                AuditCommand.Create(),
                EventsCommand.Create(),
                KeysCommand.Create(),
                BackupCommand.Create(),
                RestoreCommand.Create(),
            ]
        ),
    ];

    static async Task<int> Main(string[] args)
    {
        Screen.Prepare();
        var root = new RootCommand("A money platform: a double-entry ledger, and what gives money a reason to move.");
        root.Options.OfType<HelpOption>().Single().Action = new HelpPage(Groups);
        root.Options.Add(CommonOptions.Verbose);
        foreach (var command in Groups.SelectMany(group => group.Commands))
        {
            root.Subcommands.Add(command);
        }

        root.SetAction(parsed => HelpPage.ShowOverview(Groups));
        return await CommandRun.InvokeAsync(root, args);
    }
}
