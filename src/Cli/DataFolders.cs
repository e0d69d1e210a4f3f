using Hazina.Platform.Postgres.Embedded;

namespace Hazina.Cli;

/// <summary>Hazina's own database as the commands use it.</summary>
static class DataFolders
{
    /// <summary>How to start the database of a data folder. A PostgreSQL that had to be fetched is shared by all data folders.</summary>
    public static EmbeddedPostgresOptions Database(string data) =>
        new()
        {
            DataFolder = Path.GetFullPath(data),
            BinariesFolder = CommonOptions.DataFolder,
            // The key that heads are signed with, and the heads that were witnessed. What the settings put elsewhere is looked after elsewhere.
            Beside = ["keys", "witness"],
            After = [Hazina.Platform.Files.FileRoom.FolderName],
            Progress = Screen.Progress,
        };

    /// <summary>For commands that only make sense on a database that is there: they do not make an empty one.</summary>
    public static void RequireDatabase(string data)
    {
        if (!Directory.Exists(Path.Combine(data, "postgres")))
        {
            throw new CommandFailedException(
                $"There is no database in {Path.GetFullPath(data)}. It is made by: hazina serve --data \"{Path.GetFullPath(data)}\""
            );
        }
    }
}
