using System.CommandLine;
using Hazina.Platform.Events;
using Spectre.Console;

namespace Hazina.Cli;

/// <summary>Events that a listener could not handle: to see them, to have them tried again, to pass over them.</summary>
static class EventsCommand
{
    public static CliCommand Create()
    {
        var command = new CliCommand("events", "See what listeners could not handle, and have it tried again")
        {
            Details =
                "An event that a listener fails at eight times is parked; later events about the same thing wait behind it, all others go on.",
        };
        command.Subcommands.Add(Parked());
        command.Subcommands.Add(
            OnOne(
                "replay",
                "Have a parked event tried again, and then those behind it",
                "is tried again",
                "",
                (events, listener, number, ct) => events.Replay(listener, number, ct)
            )
        );
        command.Subcommands.Add(
            OnOne(
                "skip",
                "Pass over a parked event for good, so that those behind it are handled",
                "is passed over",
                ", or is an entry of the audit trail: it would be gone without a trace, and can only be tried again",
                (events, listener, number, ct) => events.Skip(listener, number, ct)
            )
        );
        return command;
    }

    static CliCommand Parked()
    {
        var (data, database) = (CommonOptions.Data(), CommonOptions.Database());
        var command = new CliCommand("parked", "List the parked events, the oldest first")
        {
            Details = "At a terminal it is a table; in a pipe or a file, a line an event with tabs between the columns.",
            Options = { data, database },
        };
        command.SetAction((parsed, ct) => With(parsed.GetRequiredValue(data), parsed.GetValue(database), e => Show(e, ct), ct));
        return command;
    }

    static CliCommand OnOne(
        string name,
        string description,
        string done,
        string unless,
        Func<ParkedEvents, string, long, CancellationToken, Task<bool>> work
    )
    {
        var (data, database) = (CommonOptions.Data(), CommonOptions.Database());
        var listener = new Argument<string>("listener") { Description = "As events parked shows it", HelpName = "LISTENER" };
        var number = new Argument<long>("number") { Description = "The event's number", HelpName = "NUMBER" };
        var command = new CliCommand(name, description) { Arguments = { listener, number }, Options = { data, database } };
        command.SetAction(
            (parsed, ct) =>
                With(
                    parsed.GetRequiredValue(data),
                    parsed.GetValue(database),
                    async events =>
                    {
                        var (who, which) = (parsed.GetRequiredValue(listener), parsed.GetRequiredValue(number));
                        if (!await work(events, who, which, ct))
                            throw new CommandFailedException($"Event {which} is not parked for {who}{unless}.");
                        Screen.Done($"Event {which} {done}");
                        return ExitCode.Ok;
                    },
                    ct
                )
        );
        return command;
    }

    static async Task<int> Show(ParkedEvents events, CancellationToken ct)
    {
        List<string[]> rows = [.. (await events.List(ct)).Select(Cells)];
        if (Console.IsOutputRedirected)
        {
            foreach (var row in rows)
                await Console.Out.WriteLineAsync(string.Join('\t', row));
            return ExitCode.Ok;
        }

        var table = new Table()
            .Border(TableBorder.Simple)
            .AddColumns("listener", "number", "type", "about", "since", "tries", "waiting behind it", "error");
        foreach (var row in rows)
            table.AddRow([.. row.Select(Markup.Escape)]);
        AnsiConsole.Write(table);
        return ExitCode.Ok;
    }

    static string[] Cells(ParkedEvent parked) =>
        [
            parked.Listener,
            $"{parked.Number}",
            parked.Type,
            parked.Key,
            $"{parked.HeldAt:yyyy-MM-dd HH:mm}",
            $"{parked.Tries}",
            $"{parked.Waiting}",
            string.Concat(parked.Error.Select(c => char.IsControl(c) ? ' ' : c)),
        ];

    static async Task<int> With(string data, string? database, Func<ParkedEvents, Task<int>> work, CancellationToken ct)
    {
        await using var opened = await CommandDatabase.OpenAsync(data, database, ct);
        return await work(new ParkedEvents(opened.Database, TimeProvider.System));
    }
}
