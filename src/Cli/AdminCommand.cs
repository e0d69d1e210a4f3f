using System.CommandLine;
using Hazina.Host;
using Hazina.Identity;

namespace Hazina.Cli;

/// <summary>People who run the platform, of whom there is none until one is made here; and what they do for those who are locked out.</summary>
static class AdminCommand
{
    public static CliCommand Create()
    {
        var command = new CliCommand("admin", "Make people who run the platform, and help those who are locked out");
        command.Subcommands.Add(Make());
        command.Subcommands.Add(RemoveAuthenticator());
        return command;
    }

    static CliCommand Make()
    {
        var (data, database) = (CommonOptions.Data(), CommonOptions.Database());
        var email = new Option<string>("--email")
        {
            Description = "What they sign in with; it counts as verified",
            HelpName = "ADDRESS",
            Required = true,
        };
        var name = new Option<string>("--name")
        {
            Description = "What they are called",
            HelpName = "NAME",
            Required = true,
        };
        var fromInput = new Option<bool>("--password-stdin") { Description = "Take the password from the first line of standard input" };
        var command = new CliCommand("create", "Make an administrator and show the password, once")
        {
            Details =
                "The password is one of chance and alone goes to standard output, unless it comes from standard input. The database keeps its hash, made with "
                + "the pepper of the data folder: where servers share a database, they share Identity:PepperFile, and it has to be set here, too.",
            Examples =
            [
                ("admin create --email asha@example.com --name \"Asha Mwangi\"", "an administrator, with a password of chance"),
                ("admin create --email asha@example.com --name Asha --password-stdin < password.txt", "with a password of one's own"),
            ],
        };
        foreach (var option in new Option[] { email, name, fromInput, data, database })
            command.Options.Add(option);
        command.SetAction(
            (parsed, ct) =>
                RunAsync(
                    parsed.GetRequiredValue(data),
                    parsed.GetValue(database),
                    parsed.GetRequiredValue(email),
                    parsed.GetRequiredValue(name),
                    parsed.GetValue(fromInput),
                    ct
                )
        );
        return command;
    }

    static CliCommand RemoveAuthenticator()
    {
        var (data, database) = (CommonOptions.Data(), CommonOptions.Database());
        var email = new Option<string>("--email")
        {
            Description = "Whose, by their verified address",
            HelpName = "ADDRESS",
            Required = true,
        };
        var command = new CliCommand(
            "remove-authenticator",
            "Take somebody's authenticator and passkeys away, and sign them out everywhere"
        )
        {
            Details =
                "For who has lost all of them and the recovery codes, or where a stranger has added one. Signing in asks for the password alone then, so make "
                + "sure that it is them who ask; where a stranger knows the password, they set a new one first. They are told at every verified address.",
            Examples = [("admin remove-authenticator --email asha@example.com", "they sign in with the password alone")],
        };
        foreach (var option in new Option[] { email, data, database })
            command.Options.Add(option);
        command.SetAction(
            async (parsed, ct) =>
            {
                var (folder, address) = (parsed.GetRequiredValue(data), parsed.GetRequiredValue(email));
                await using var opened = await CommandDatabase.OpenAsync(folder, parsed.GetValue(database), ct);
                var id = await Ask(folder, opened, people => people.RemoveAuthenticator(address, ct));
                Screen.Progress($"{address} has no authenticator and no passkey any more, and is signed out everywhere, {id}.");
                return ExitCode.Ok;
            }
        );
        return command;
    }

    /// <summary>What cannot be is told in a sentence.</summary>
    static async Task<T> Ask<T>(string data, CommandDatabase opened, Func<People, Task<T>> work)
    {
        var settings = ServerOptions.Settings(new Dictionary<string, string?> { ["data"] = Path.GetFullPath(data) });
        try
        {
            return await People.With(opened.Database, settings, work);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new CommandFailedException(e.Message.Split(" (Parameter")[0], e);
        }
    }

    static async Task<int> RunAsync(string data, string? database, string email, string name, bool fromInput, CancellationToken ct)
    {
        var given = fromInput
            ? await Console.In.ReadLineAsync(ct) ?? throw new CommandFailedException("There is no password on standard input.")
            : null;
        var password = given ?? People.NewPassword();
        await using var opened = await CommandDatabase.OpenAsync(data, database, ct);
        var id = await Ask(data, opened, people => people.CreateAdmin(email, name, password, ct));
        Screen.Progress($"{email} is an administrator, {id}." + (given is null ? " The password is shown this once:" : ""));

        if (given is null)
            await Console.Out.WriteLineAsync(password);
        return ExitCode.Ok;
    }
}
