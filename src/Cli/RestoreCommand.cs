using System.CommandLine;
using Hazina.Host;
using Hazina.Ledger.Proof;
using Hazina.Platform.Postgres;
using Hazina.Platform.Postgres.Embedded;

namespace Hazina.Cli;

static class RestoreCommand
{
    public static CliCommand Create()
    {
        var data = CommonOptions.Data();
        var file = new Argument<string>("file") { Description = "A backup by hazina backup", HelpName = "FILE" };
        var command = new CliCommand("restore", "Bring a backup back into an empty data folder, and prove it")
        {
            Examples = [("restore hazina-monday.tar.gz --data /srv/again", "into a folder without a database")],
        };
        command.Arguments.Add(file);
        command.Options.Add(data);
        command.SetAction((parsed, ct) => RunAsync(parsed.GetRequiredValue(data), Path.GetFullPath(parsed.GetRequiredValue(file)), ct));
        return command;
    }

    static async Task<int> RunAsync(string data, string file, CancellationToken ct)
    {
        if (!File.Exists(file))
        {
            throw new CommandFailedException($"There is no file {file}.");
        }

        var summary = await EmbeddedRestore.RunAsync(
            DataFolders.Database(data),
            file,
            (connectionString, stop) => ProveAsync(connectionString, data, stop),
            ct
        );
        Screen.Done($"{data} is as it was at {summary.TakenAt:yyyy-MM-dd HH:mm:ss} UTC; hazina serve --data \"{data}\" goes on from there");
        return ExitCode.Ok;
    }

    /// <summary>What is restored is proved before anybody relies on it. That it is older than what was witnessed is told, and is no fault of the
    /// backup.</summary>
    static async Task ProveAsync(string connectionString, string data, CancellationToken ct)
    {
        await using var database = Database.Owned(connectionString);
        await new Migrator(database).Migrate(Modules.Schemas, ct);
        var report = await LedgerCommand.ProveAsync(database, Path.GetFullPath(data), ct);
        if (report.Findings.Any(f => f.Kind != FindingKind.Lost))
        {
            throw new CommandFailedException("What was restored does not hold.");
        }
    }
}
