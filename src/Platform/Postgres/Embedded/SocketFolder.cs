using Npgsql;

namespace Hazina.Platform.Postgres.Embedded;

/// <summary>
/// The folder of the server's socket: short, because a socket's path ends at 107 bytes, and closed to everybody but the owner, because whoever can
/// enter is let in as whom they like.
/// </summary>
static class SocketFolder
{
    const string Prefix = "hazina-";

    const int LongestPath = 80;

    const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static string Create()
    {
        var folder = Directory.CreateTempSubdirectory(Prefix);
        if (folder.FullName.Length <= LongestPath)
        {
            return folder.FullName;
        }

        folder.Delete();
        return Directory.CreateDirectory($"/tmp/{Prefix}{Guid.CreateVersion7():N}", Private).FullName;
    }

    public static string ConnectionString(string folder) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = folder,
            Username = Cluster.Name,
            Database = Cluster.Name,
        }.ConnectionString;

    /// <summary>Makes the folder where the end of a server has taken it along, and gives it to the user who runs the next.</summary>
    public static async Task GiveAsync(string folder, ServerUser user, CancellationToken ct)
    {
        Directory.CreateDirectory(folder, Private);
        await user.TakeAsync(folder, ct);
    }

    /// <summary>Where the server of a cluster has its socket, by its <c>postmaster.pid</c>; null where that names none of ours.</summary>
    public static string? Of(string cluster)
    {
        try
        {
            var folder = File.ReadLines(Path.Combine(cluster, "postmaster.pid")).ElementAtOrDefault(4);
            return folder is not null && Path.GetFileName(folder).StartsWith(Prefix, StringComparison.Ordinal) ? folder : null;
        }
        catch (IOException)
        {
            return null;
        }
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
