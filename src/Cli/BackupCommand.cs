using System.CommandLine;
using Hazina.Platform.Postgres.Embedded;

namespace Hazina.Cli;

static class BackupCommand
{
    public static CliCommand Create()
    {
        var data = CommonOptions.Data();
        var file = new Argument<string>("file") { Description = "The file to write, a .tar.gz", HelpName = "FILE" };
        var command = new CliCommand("backup", "Write a backup of Hazina's own database, also while it is serving")
        {
            Details =
                "The backup holds the whole database as it is when the command ends, and the data folder's signing key and witnessed heads. "
                + "An existing PostgreSQL (--database) is backed up with its own means, "
                + "pg_basebackup or pg_dump.",
            Examples =
            [
                ("backup hazina-monday.tar.gz", "everything into one file"),
                ("restore hazina-monday.tar.gz --data /srv/again", "and back"),
            ],
        };
        command.Arguments.Add(file);
        command.Options.Add(data);
        command.SetAction((parsed, ct) => RunAsync(parsed.GetRequiredValue(data), Path.GetFullPath(parsed.GetRequiredValue(file)), ct));
        return command;
    }

    static async Task<int> RunAsync(string data, string file, CancellationToken ct)
    {
        DataFolders.RequireDatabase(data);
        if (!Directory.Exists(Path.GetDirectoryName(file)))
        {
            throw new CommandFailedException($"There is no folder {Path.GetDirectoryName(file)} to write the backup into.");
        }

        if (File.Exists(file))
        {
            throw new CommandFailedException($"{file} is there already. A backup is never written over another file.");
        }

        BackupSummary summary = null!;
        await Screen.WatchAsync(
            "Copying the database",
            async progress => summary = await EmbeddedBackup.WriteAsync(DataFolders.Database(data), file, progress, ct)
        );
        var size = new FileInfo(file).Length / 1024.0 / 1024;
        Screen.Done(
            $"{file}: {summary.Files} files, {size:0.#} MB, PostgreSQL {summary.Postgres}, as of {summary.TakenAt:yyyy-MM-dd HH:mm:ss} UTC"
        );
        return ExitCode.Ok;
    }
}
