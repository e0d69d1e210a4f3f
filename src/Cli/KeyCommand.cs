using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Hazina.Host;
using Hazina.Platform.Security;

namespace Hazina.Cli;

/// <summary>Keys that programs call the API with. There is none until one is made here.</summary>
static class KeyCommand
{
    static readonly string Permissions =
        "The permissions:\n"
        + string.Join('\n', Modules.Permissions.Select(p => $"  {p.Name, -20} {p.Description}"))
        + "\nThe key alone goes to standard output, so that it can be put where it belongs.";

    public static CliCommand Create()
    {
        var command = new CliCommand("key", "Make, list, rotate and revoke the keys that programs call the API with")
        {
            Details =
                "A key sees one book, live or sandbox, and may do what its permissions say. It is shown once; the database keeps its hash alone.",
        };
        command.Subcommands.Add(Make());
        command.Subcommands.Add(List());
        command.Subcommands.Add(Rotate());
        command.Subcommands.Add(Revoke());
        return command;
    }

    static CliCommand Make()
    {
        var (data, database) = (CommonOptions.Data(), CommonOptions.Database());
        var name = new Option<string>("--name")
        {
            Description = "What it is for",
            HelpName = "NAME",
            Required = true,
        };
        var (book, permission) = (BookOption(), PermissionOption());
        var all = new Option<bool>("--all-permissions") { Description = "It may do everything that there is now" };
        var (expires, address, limit) = BoundsOptions();

        var command = new CliCommand("create", "Make a key and show it, once")
        {
            Details = Permissions,
            Examples =
            [
                ("key create --name \"my laptop\" --all-permissions", "a key for the sandbox"),
                (
                    "key create --name shop --book live --permission ledger.read --expires-in-days 90",
                    "a key that may read, for three months"
                ),
                (
                    "key create --name till --permission ledger.post --address 203.0.113.0/24",
                    "a key that can be used from one network alone"
                ),
            ],
        };
        foreach (var option in new Option[] { name, book, permission, all, expires, address, limit, data, database })
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (!result.GetValue(all) && result.GetValue(permission) is not { Length: > 0 })
                result.AddError("A key needs a permission: --permission NAME, or --all-permissions.");
        });
        command.SetAction(
            (parsed, ct) =>
            {
                IReadOnlyCollection<string> permissions = parsed.GetValue(all)
                    ? [.. Modules.Permissions.Select(p => p.Name)]
                    : parsed.GetValue(permission) ?? [];
                DateTimeOffset? until = parsed.GetValue(expires) is { } days ? TimeProvider.System.GetUtcNow().AddDays(days) : null;
                return With(
                    parsed.GetRequiredValue(data),
                    parsed.GetValue(database),
                    async keys =>
                        Show(
                            await keys.Create(
                                parsed.GetRequiredValue(name),
                                parsed.GetRequiredValue(book),
                                permissions,
                                until,
                                parsed.GetValue(address),
                                parsed.GetValue(limit),
                                ct
                            )
                        ),
                    ct
                );
            }
        );
        return command;
    }

    static Option<string> BookOption()
    {
        var book = new Option<string>("--book")
        {
            Description = "The one book that it sees: live or sandbox",
            HelpName = "BOOK",
            DefaultValueFactory = _ => "sandbox",
        };
        book.AcceptOnlyFromAmong("live", "sandbox");
        return book;
    }

    static Option<string[]> PermissionOption()
    {
        var permission = new Option<string[]>("--permission")
        {
            Description = "What it may do; several of them, if need be",
            HelpName = "NAME",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
        };
        permission.AcceptOnlyFromAmong([.. Modules.Permissions.Select(p => p.Name)]);
        return permission;
    }

    static (Option<int?> Expires, Option<string[]> Address, Option<int?> Limit) BoundsOptions()
    {
        var expires = new Option<int?>("--expires-in-days")
        {
            Description = "When it ends by itself; never, where nothing is said",
            HelpName = "DAYS",
            CustomParser = result => Whole(result, 36_500),
        };
        var address = new Option<string[]>("--address")
        {
            Description = "Where it may be used from: addresses, or networks such as 203.0.113.0/24; from anywhere, where nothing is said",
            HelpName = "ADDRESS",
            AllowMultipleArgumentsPerToken = true,
        };
        var limit = new Option<int?>("--requests-per-minute")
        {
            Description = "A limit of its own, other than that of the settings",
            HelpName = "NUMBER",
            CustomParser = result => Whole(result, int.MaxValue),
        };
        return (expires, address, limit);
    }

    static int Show(NewApiKey key)
    {
        Screen.Progress($"Key {key.Row.Id} of {key.Row.Book} may {string.Join(", ", key.Row.Permissions)}. It is shown this once:");
        Console.Out.WriteLine(key.Text);
        return ExitCode.Ok;
    }

    static CliCommand List()
    {
        var (data, database) = (CommonOptions.Data(), CommonOptions.Database());
        var command = new CliCommand("list", "List the keys, newest first")
        {
            Details =
                "At a terminal each key has a few lines; in a pipe or a file one line, with tabs between the columns: id, name, book, last characters, "
                + "permissions, made, last used, state, addresses, limit, owner.",
            Options = { data, database },
        };
        command.SetAction(
            (parsed, ct) => With(parsed.GetRequiredValue(data), parsed.GetValue(database), keys => KeyList.Show(keys, ct), ct)
        );
        return command;
    }

    static CliCommand Revoke()
    {
        var (data, database) = (CommonOptions.Data(), CommonOptions.Database());
        var id = CommonOptions.Id("The key's id, as key list shows it");
        var command = new CliCommand("revoke", "End a key for ever, within ten seconds")
        {
            Arguments = { id },
            Options = { data, database },
        };
        command.SetAction(
            (parsed, ct) =>
                With(
                    parsed.GetRequiredValue(data),
                    parsed.GetValue(database),
                    async keys =>
                    {
                        var which = parsed.GetRequiredValue(id);
                        if (!await keys.Revoke(which, ct))
                            throw new CommandFailedException($"There is no key {which} that could be revoked.");
                        Screen.Done($"{which} is revoked");
                        return ExitCode.Ok;
                    },
                    ct
                )
        );
        return command;
    }

    static CliCommand Rotate()
    {
        var (data, database) = (CommonOptions.Data(), CommonOptions.Database());
        var id = new Argument<Guid>("id") { Description = "The key's id, as key list shows it", HelpName = "ID" };
        var overlap = new Option<int?>("--overlap-hours")
        {
            Description = "How long both can be used: 0 to 720; 24 where nothing is said",
            HelpName = "HOURS",
            CustomParser = result => Whole(result, 720, least: 0),
        };
        var command = new CliCommand("rotate", "Make a key's successor and show it, once; the old one ends after the overlap")
        {
            Details =
                "The successor may do the same, and lasts as long as the old one was made to last. Change your programs over within the overlap.",
            Arguments = { id },
            Options = { overlap, data, database },
        };
        command.SetAction(
            (parsed, ct) =>
                With(
                    parsed.GetRequiredValue(data),
                    parsed.GetValue(database),
                    async keys =>
                        Show(await keys.Rotate(parsed.GetRequiredValue(id), TimeSpan.FromHours(parsed.GetValue(overlap) ?? 24), ct)),
                    ct
                )
        );
        return command;
    }

    static async Task<int> With(string data, string? database, Func<ApiKeys, Task<int>> work, CancellationToken ct)
    {
        await using var opened = await CommandDatabase.OpenAsync(data, database, ct);
        try
        {
            return await work(new ApiKeys(opened.Database, TimeProvider.System, [new PermissionList(Modules.Permissions)]));
        }
        catch (ArgumentException e)
        {
            throw new CommandFailedException(e.Message.Split(" (Parameter")[0], e);
        }
    }

    static int? Whole(ArgumentResult result, int most, int least = 1)
    {
        if (int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        var option = ((OptionResult)result.Parent!).Option.Name;
        result.AddError($"{option} takes a whole number, at least {least}{(most < int.MaxValue ? $" and at most {most}" : "")}.");
        return null;
    }
}
