using Npgsql;

namespace Hazina.Platform.Postgres.Embedded;

/// <summary>
/// The folder of the server's socket: short, because a socket's path ends at 107 bytes, and closed to everybody but the owner, because whoever can
/// enter is let in as whom they like.
/// </summary>
static class SocketFolder
{
    const int LongestPath = 80;

    const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static string Create()
    {
        var folder = Directory.CreateTempSubdirectory("hazina-");
        if (folder.FullName.Length <= LongestPath)
        {
            return folder.FullName;
        }

        folder.Delete();
        return Directory.CreateDirectory($"/tmp/hazina-{Guid.CreateVersion7():N}", Private).FullName;
    }

    public static string ConnectionString(string folder) =>
        new NpgsqlConnectionStringBuilder { Host = folder, Username = Cluster.Name, Database = Cluster.Name }.ConnectionString;

    /// <summary>Makes the folder where the end of a server has taken it along, and gives it to the user who runs the next.</summary>
    public static async Task GiveAsync(string folder, ServerUser user, CancellationToken ct)
    {
        Directory.CreateDirectory(folder, Private);
        await user.TakeAsync(folder, ct);
    }

    public static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // The leash deletes it too; whoever comes second finds nothing, which is what both want.
            }
        }
    }
}
