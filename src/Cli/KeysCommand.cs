using System.CommandLine;
using Hazina.Host;
using Hazina.Platform.Security;

namespace Hazina.Cli;

/// <summary>The keys that single fields are encrypted with at rest.</summary>
static class KeysCommand
{
    public static CliCommand Create()
    {
        var command = new CliCommand("keys", "List and change the keys that secrets in the database are encrypted with")
        {
            Details =
                "They are in keys/fields of the data folder, unless the settings FieldKeys:File or FieldKeys:Keys say otherwise. The first encrypts, all "
                + "decrypt. Servers that run take a changed file up by themselves. Keys that programs call the API with are another matter: hazina key.",
        };
        command.Subcommands.Add(
            Make("list", "Show the keys' names and how many fields each has sealed", "keys list", "a line a key", List)
        );
        command.Subcommands.Add(
            Make(
                "rotate",
                "Make a new key and seal every field with it",
                "keys rotate",
                "once a year, or when a key may have been seen",
                Rotate
            )
        );
        command.Subcommands.Add(
            Make("reseal", "Seal every field with the first key", "keys reseal", "after a new key was put in front in the settings", Reseal)
        );
        command.Subcommands.Add(Drop());
        return command;
    }

    static CliCommand Make(
        string name,
        string summary,
        string example,
        string what,
        Func<FieldKeys, FieldSealing, CancellationToken, Task<int>> work
    )
    {
        var (data, database) = (CommonOptions.Data(), CommonOptions.Database());
        var command = new CliCommand(name, summary) { Examples = [(example, what)], Options = { data, database } };
        command.SetAction((parsed, ct) => With(parsed.GetRequiredValue(data), parsed.GetValue(database), work, ct));
        return command;
    }

    static CliCommand Drop()
    {
        var (data, database) = (CommonOptions.Data(), CommonOptions.Database());
        var key = new Argument<string>("name") { Description = "The key's name, as keys list shows it", HelpName = "NAME" };
        var command = new CliCommand("drop", "Take away a key that seals nothing any more")
        {
            Details = "Backups that were made before the last rotation need it: keep a copy of keys/fields as long as you keep them.",
            Arguments = { key },
            Options = { data, database },
        };
        command.SetAction(
            (parsed, ct) =>
                With(
                    parsed.GetRequiredValue(data),
                    parsed.GetValue(database),
                    async (keys, sealing, stop) =>
                    {
                        var name = parsed.GetRequiredValue(key);
                        if ((await sealing.Count(stop)).TryGetValue(name, out var count))
                            throw new CommandFailedException($"{count:N0} fields are sealed with {name}: hazina keys rotate first.");
                        keys.Remove(name);
                        Screen.Done($"{name} is gone");
                        return ExitCode.Ok;
                    },
                    ct
                )
        );
        return command;
    }

    static async Task<int> List(FieldKeys keys, FieldSealing sealing, CancellationToken ct)
    {
        var counts = await sealing.Count(ct);
        foreach (var (i, name) in keys.Names.Index())
            await Console.Out.WriteLineAsync(
                $"{name}\t{counts.GetValueOrDefault(name)} fields\t{(i == 0 ? "encrypts" : "decrypts alone")}"
            );
        foreach (var (name, count) in counts.Where(c => !keys.Names.Contains(c.Key)))
            await Console.Out.WriteLineAsync($"{name}\t{count} fields\tmissing: they cannot be read");
        return ExitCode.Ok;
    }

    static Task<int> Rotate(FieldKeys keys, FieldSealing sealing, CancellationToken ct)
    {
        Screen.Done($"{keys.Add()} encrypts from now on");
        return Reseal(keys, sealing, ct);
    }

    static async Task<int> Reseal(FieldKeys keys, FieldSealing sealing, CancellationToken ct)
    {
        var report = await sealing.Reseal(ct);
        Screen.Done($"{report.Sealed:N0} fields are sealed with {keys.Names[0]}");
        foreach (var (column, count) in report.Unreadable)
            Screen.Progress($"{count:N0} fields of {column} cannot be read with the keys that are here, and were left as they are.");
        return report.Unreadable.Count == 0 ? ExitCode.Ok : ExitCode.Failure;
    }

    static async Task<int> With(
        string data,
        string? database,
        Func<FieldKeys, FieldSealing, CancellationToken, Task<int>> work,
        CancellationToken ct
    )
    {
        await using var opened = await CommandDatabase.OpenAsync(data, database, ct);
        var settings = ServerOptions.Settings(new Dictionary<string, string?> { ["data"] = Path.GetFullPath(data) });
        try
        {
            return await work(
                new FieldKeys(settings),
                new FieldSealing(opened.Database, new FieldCipher(settings), Modules.EncryptedColumns),
                ct
            );
        }
        catch (InvalidOperationException e)
        {
            throw new CommandFailedException(e.Message, e);
        }
    }
}
