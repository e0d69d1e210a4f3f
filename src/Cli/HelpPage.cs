using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Spectre.Console;

namespace Hazina.Cli;

/// <summary>The pages behind <c>--help</c>: an overview of all commands, and a page for each.</summary>
sealed class HelpPage(IReadOnlyList<CommandGroup> groups) : SynchronousCommandLineAction
{
    const int LeftWidth = 24;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        return command is RootCommand ? ShowOverview(groups) : ShowCommand(command);
    }

    public static int ShowOverview(IReadOnlyList<CommandGroup> groups)
    {
        Line("[bold]Hazina[/] moves money: a double-entry ledger on PostgreSQL, and what gives money a reason to move.");
        Heading("Usage");
        Line("  hazina [blue]COMMAND[/] [grey][[options]][/]");
        foreach (var group in groups)
        {
            Heading(group.Title);
            Columns(group.Commands.SelectMany(Leaves).Select(leaf => (leaf.Path, leaf.Command.Description ?? "")));
        }

        Heading("Work on Hazina itself");
        Columns([
            ("test [FILTER]", "Run all tests, or those whose name contains FILTER (--long 10m: longer, with new seeds)"),
            ("bench NAME", "Measure a workload and its peers on this machine"),
        ]);
        Heading("Start here");
        Columns([
            ("hazina serve", "A server with a PostgreSQL of its own at http://localhost:5080"),
            ("hazina COMMAND --help", "What a command takes, with examples"),
        ]);
        return ExitCode.Ok;
    }

    /// <summary>What was typed wrongly, and where to read on.</summary>
    public static int ShowMistake(ParseResult parsed)
    {
        foreach (var error in parsed.Errors)
        {
            Screen.Error(error.Message);
        }

        var path = PathOf(parsed.CommandResult);
        Screen.Progress($"hazina {(path.Length > 0 ? path + " " : "")}--help shows what there is.");
        return ExitCode.Usage;
    }

    static int ShowCommand(Command command)
    {
        Line(Markup.Escape(command.Description ?? ""));
        Heading("Usage");
        var arguments = string.Concat(
            command.Arguments.Select(argument => $" [blue]{Markup.Escape(argument.HelpName ?? argument.Name)}[/]")
        );
        var more = command.Subcommands.Count > 0 ? " [blue]COMMAND[/]" : "";
        Line($"  hazina {Markup.Escape(FullName(command))}{arguments}{more} [grey][[options]][/]");
        if (command.Subcommands.Count > 0)
        {
            Heading("Commands");
            Columns(command.Subcommands.Select(sub => (sub.Name, sub.Description ?? "")));
        }

        if (command.Arguments.Count > 0)
        {
            Heading("Arguments");
            Columns(command.Arguments.Select(argument => (argument.HelpName ?? argument.Name, argument.Description ?? "")));
        }

        Heading("Options");
        Columns(
            command
                .Options.Where(option => !option.Hidden)
                .Append(CommonOptions.Verbose)
                .Select(option => ($"{option.Name} {option.HelpName}".TrimEnd(), option.Description ?? ""))
        );
        if (command is CliCommand ours)
        {
            Paragraphs(ours);
        }

        return ExitCode.Ok;
    }

    static void Paragraphs(CliCommand command)
    {
        if (command.Details.Length > 0)
        {
            Line("");
            Line(Markup.Escape(command.Details));
        }

        if (command.Examples.Count > 0)
        {
            Heading("Examples");
            foreach (var (line, effect) in command.Examples)
            {
                // To be copied: never broken into two.
                Screen.SayMarkup($"  [blue]hazina {Markup.Escape(line)}[/]");
                Line($"      [grey]{Markup.Escape(effect)}[/]");
            }
        }
    }

    static IEnumerable<(string Path, Command Command)> Leaves(Command command) =>
        command.Subcommands.Count == 0
            ? [(command.Name + string.Concat(command.Arguments.Select(argument => " " + (argument.HelpName ?? argument.Name))), command)]
            : command.Subcommands.SelectMany(sub => Leaves(sub).Select(leaf => ($"{command.Name} {leaf.Path}", leaf.Command)));

    static string FullName(Symbol symbol) =>
        string.Join(' ', symbol.Parents.Where(parent => parent is not RootCommand).Select(FullName).Append(symbol.Name));

    static string PathOf(System.CommandLine.Parsing.CommandResult result) => result.Command is RootCommand ? "" : FullName(result.Command);

    static void Heading(string title) => Line($"\n[bold]{Markup.Escape(title)}[/]");

    static void Columns(IEnumerable<(string Left, string Right)> rows)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().Width(LeftWidth).PadLeft(2).PadRight(2)).AddColumn();
        foreach (var (left, right) in rows)
        {
            grid.AddRow(new Text(left, new Style(Color.Blue)), new Text(right));
        }

        AnsiConsole.Write(grid);
    }

    static void Line(string markup) => AnsiConsole.MarkupLine(markup);
}
