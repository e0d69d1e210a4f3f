using System.CommandLine;
using Hazina.Host;
using Hazina.Identity;

namespace Hazina.Cli;

/// <summary>People who run the platform. There is none until one is made here.</summary>
static class AdminCommand
{
    public static CliCommand Create()
    {
        var command = new CliCommand("admin", "Make people who run the platform");
        command.Subcommands.Add(Make());
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

    static async Task<int> RunAsync(string data, string? database, string email, string name, bool fromInput, CancellationToken ct)
    {
        var given = fromInput
            ? await Console.In.ReadLineAsync(ct) ?? throw new CommandFailedException("There is no password on standard input.")
            : null;
        var password = given ?? People.NewPassword();
        await using var opened = await CommandDatabase.OpenAsync(data, database, ct);
        var settings = ServerOptions.Settings(new Dictionary<string, string?> { ["data"] = Path.GetFullPath(data) });
        try
        {
            var id = await People.With(opened.Database, settings, people => people.CreateAdmin(email, name, password, ct));
            Screen.Progress($"{email} is an administrator, {id}." + (given is null ? " The password is shown this once:" : ""));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new CommandFailedException(e.Message.Split(" (Parameter")[0], e);
        }

        if (given is null)
            await Console.Out.WriteLineAsync(password);
        return ExitCode.Ok;
    }
}
