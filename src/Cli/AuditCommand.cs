using System.CommandLine;
using System.Globalization;
using Hazina.Insight;

namespace Hazina.Cli;

/// <summary>Whether the audit trail is as it was written.</summary>
static class AuditCommand
{
    public static CliCommand Create()
    {
        var command = new CliCommand("audit", "Prove that nothing was taken out of the audit trail, put in or changed");
        command.Subcommands.Add(Verify());
        return command;
    }

    static CliCommand Verify()
    {
        var (data, database) = (CommonOptions.Data(), CommonOptions.Database());
        var known = new Option<AuditMark?>("--known")
        {
            Description = "An entry that was noted earlier, as this command shows the last one: NUMBER:HASH",
            HelpName = "ENTRY",
            CustomParser = result =>
            {
                var parts = result.Tokens[0].Value.Split(':');
                if (parts.Length == 2 && long.TryParse(parts[0], CultureInfo.InvariantCulture, out var number) && parts[1].Length == 64)
                    return new AuditMark(number, parts[1]);
                result.AddError("--known takes a number, a colon and a hash of 64 hexadecimal digits.");
                return null;
            },
        };
        var command = new CliCommand("verify", "Walk the chain from its first entry, and check every link and every hash")
        {
            Details =
                "It reads only, and a server may go on meanwhile. Exit code 1 when something is broken; the first entry at which the chain does not hold "
                + "is named. Note the last entry somewhere else and give it next time by --known: whoever owns the database could take away the end of the "
                + "trail, but not without that entry being missed.",
            Examples =
            [
                ("audit verify", "the trail of this data folder"),
                ("audit verify --known 1204:9f0c…", "and that entry 1204 is still the one that was noted"),
            ],
        };
        foreach (var option in new Option[] { known, data, database })
            command.Options.Add(option);
        command.SetAction(
            async (parsed, ct) =>
            {
                await using var opened = await CommandDatabase.OpenAsync(parsed.GetRequiredValue(data), parsed.GetValue(database), ct);
                var report = await AuditTrail.Verify(opened.Database, parsed.GetValue(known), cancellation: ct);
                var seen = string.Create(CultureInfo.InvariantCulture, $"{report.Entries:N0} entries");
                if (report.Erased > 0)
                    seen += string.Create(CultureInfo.InvariantCulture, $", {report.Erased:N0} of them without the address they had");
                if (!report.IsWhole)
                {
                    Screen.Error(report.First!);
                    Screen.Error($"The audit trail is broken, {report.Broken:N0} times ({seen}). Keep the database as it is.");
                    return ExitCode.Failure;
                }

                Screen.Done($"The audit trail is whole: {seen}. Last entry: {report.Head.Number}:{report.Head.Hash}");
                return ExitCode.Ok;
            }
        );
        return command;
    }
}
