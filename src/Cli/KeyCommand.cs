using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Hazina.Host;
using Hazina.Platform.Security;
using Spectre.Console;

namespace Hazina.Cli;

/// <summary>Keys that programs call the API with. There is none until one is made here.</summary>
static class KeyCommand
{
    /// <summary>With fewer columns than that, names and permissions would be broken into pieces.</summary>
    const int WidestTable = 130;

    static readonly string[] Columns = ["id", "name", "book", "ends in", "permissions", "made", "last used", "state"];

    static readonly string Permissions =
        "The permissions:\n"
        + string.Join('\n', Modules.Permissions.Select(p => $"  {p.Name, -20} {p.Description}"))
        + "\nThe key alone goes to standard output, so that it can be put where it belongs.";

    public static CliCommand Create()
    {
        var command = new CliCommand("key", "Make, list and revoke the keys that programs call the API with")
        {
            Details =
                "A key sees one book, live or sandbox, and may do what its permissions say. It is shown once; the database keeps its hash alone.",
        };
        command.Subcommands.Add(Make());
        command.Subcommands.Add(List());
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
        var book = new Option<string>("--book")
        {
            Description = "The one book that it sees: live or sandbox",
            HelpName = "BOOK",
            DefaultValueFactory = _ => "sandbox",
        };
        book.AcceptOnlyFromAmong("live", "sandbox");
        var permission = new Option<string[]>("--permission")
        {
            Description = "What it may do; several of them, if need be",
            HelpName = "NAME",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
        };
        permission.AcceptOnlyFromAmong([.. Modules.Permissions.Select(p => p.Name)]);
        var all = new Option<bool>("--all-permissions") { Description = "It may do everything that there is now" };
        var expires = new Option<int?>("--expires-in-days")
        {
            Description = "When it ends by itself; never, where nothing is said",
            HelpName = "DAYS",
            CustomParser = Days,
        };

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
            ],
        };
        foreach (var option in new Option[] { name, book, permission, all, expires, data, database })
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
                        Show(await keys.Create(parsed.GetRequiredValue(name), parsed.GetRequiredValue(book), permissions, until, ct)),
                    ct
                );
            }
        );
        return command;
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
            Details = "At a terminal it is a table; in a pipe or a file, a line a key with tabs between the columns, the id first.",
            Options = { data, database },
        };
        command.SetAction((parsed, ct) => With(parsed.GetRequiredValue(data), parsed.GetValue(database), keys => Show(keys, ct), ct));
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

    static async Task<int> Show(ApiKeys keys, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        List<string[]> rows = [.. (await keys.List(ct)).Select(key => Cells(key, now))];
        if (Console.IsOutputRedirected)
        {
            // A table that is cut to a width would break ids in two, and a program has to read them.
            foreach (var row in rows)
                await Console.Out.WriteLineAsync(string.Join('\t', row.Select(OnOneLine)));
            return ExitCode.Ok;
        }

        if (rows.Count == 0)
            Screen.Progress("There is no key yet; hazina key create makes one.");
        else if (AnsiConsole.Profile.Width >= WidestTable)
            AnsiConsole.Write(TableOf(rows));
        else
            AnsiConsole.Write(BlocksOf(rows));
        return ExitCode.Ok;
    }

    static Table TableOf(List<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var title in Columns)
            table.AddColumn(title, column => column.NoWrap = title != "permissions" && title != "name");
        foreach (var row in rows)
            table.AddRow([.. row.Select(Markup.Escape)]);
        return table;
    }

    /// <summary>A key below the other, for a terminal in which a table would break its words in two.</summary>
    static Grid BlocksOf(List<string[]> rows)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var row in rows)
        {
            foreach (var (title, cell) in Columns.Zip(row))
                grid.AddRow($"[grey]{title}[/]", Markup.Escape(cell));
            grid.AddEmptyRow();
        }

        return grid;
    }

    static string[] Cells(ApiKeyRow key, DateTimeOffset now) =>
        [
            key.Id.ToString(),
            key.Name,
            key.Book,
            "…" + key.Hint,
            string.Join(' ', key.Permissions),
            Day(key.CreatedAt),
            key.LastUsedAt is { } used ? Day(used) : "never",
            key.RevokedAt is not null ? "revoked"
            : key.ExpiresAt <= now ? "expired"
            : key.ExpiresAt is { } end ? $"until {Day(end)}"
            : "valid",
        ];

    static string OnOneLine(string cell) => string.Concat(cell.Select(c => char.IsControl(c) ? ' ' : c));

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

    static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static int? Days(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= 36_500)
            return days;
        result.AddError("--expires-in-days takes a number of days, at least 1.");
        return null;
    }
}
