using System.Security.Cryptography;
using System.Text;

namespace Hazina.Platform.Postgres.Embedded;

/// <summary>
/// The folder that holds a cluster and what belongs to it: <c>DATA/postgres</c>. As root, where the user who runs PostgreSQL cannot enter the data
/// folder (below <c>/root</c>, say), that is a link to a folder of its own in <c>/var/lib/hazina</c>; a data folder that is moved takes its link along.
/// </summary>
sealed class ClusterHome : IDisposable
{
    /// <summary>Where root keeps what cannot lie in the data folder.</summary>
    public const string RootsPlace = "/var/lib/hazina";

    FileStream? held;

    ClusterHome(string folder, ServerUser user) => (Folder, User) = (folder, user);

    public string Folder { get; }

    public ServerUser User { get; }

    public string Cluster => Path.Combine(Folder, "cluster");

    public string Log => Path.Combine(Folder, "log");

    string Lock => Path.Combine(Folder, "lock");

    string Owner => Path.Combine(Folder, "owner");

    public static string PathIn(string dataFolder) => Path.Combine(Path.GetFullPath(dataFolder), "postgres");

    /// <summary>Makes the folder where it is missing and takes it for this process alone.</summary>
    public static async Task<ClusterHome> TakeAsync(string dataFolder, CancellationToken ct)
    {
        var place = PathIn(dataFolder);
        try
        {
            Directory.CreateDirectory(dataFolder);
            var folder = Followed(place);
            var user = await ServerUser.ForAsync(Path.Combine(folder, "cluster"), ct);
            folder = await PrepareAsync(place, folder, user, ct);
            // As the kernel names it: that is how the processes of an earlier run are known.
            var home = new ClusterHome((await ShellCommand.RunAsync(["realpath", folder], ct)).Output.TrimEnd('\n'), user);
            await home.LockAsync(ct);
            return home;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EmbeddedPostgresException(
                $"The data folder {dataFolder} cannot be used by {Environment.UserName}: {e.Message} "
                    + "Start Hazina as the user who owns it, or choose another with HAZINA_DATA.",
                e
            );
        }
    }

    static string Followed(string place)
    {
        if (new FileInfo(place).LinkTarget is not { } target)
        {
            return place;
        }

        return Directory.Exists(place)
            ? Path.GetFullPath(target, Path.GetDirectoryName(place)!)
            : throw new EmbeddedPostgresException(
                $"The database of this data folder was in {target}, which is gone. Bring it back, or delete the link {place} to start with an empty one."
            );
    }

    static async Task<string> PrepareAsync(string place, string folder, ServerUser user, CancellationToken ct)
    {
        var isNew = !Directory.Exists(folder);
        CreatePrivately(folder);
        await user.TakeAsync(folder, ct, whole: false);
        if (await user.CanEnterAsync(folder, ct))
        {
            return folder;
        }

        if (!isNew && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new EmbeddedPostgresException(
                $"The database is in {folder}, where the user who must run PostgreSQL cannot enter. Open the folders above it, or move it."
            );
        }

        var elsewhere = Path.Combine(RootsPlace, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(place)))[..16]);
        Directory.CreateDirectory(RootsPlace);
        CreatePrivately(elsewhere);
        await user.TakeAsync(elsewhere, ct, whole: false);
        Directory.Delete(folder);
        Directory.CreateSymbolicLink(place, elsewhere);
        return elsewhere;
    }

    static void CreatePrivately(string folder) =>
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    /// <summary>One owner at a time: the lock is the operating system's and goes when the process does, however it goes.</summary>
    async Task LockAsync(CancellationToken ct)
    {
        try
        {
            held = new FileStream(Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(Lock))
        {
            var owner = File.Exists(Owner) ? (await File.ReadAllTextAsync(Owner, ct)).Trim() : "another process";
            throw new EmbeddedPostgresException(
                $"The database in {Folder} is in use by {owner}. Stop that one first, or choose another data folder with HAZINA_DATA.",
                e
            )
            {
                InUse = true,
            };
        }

        await File.WriteAllTextAsync(Owner, $"process {Environment.ProcessId}", ct);
        await User.TakeAsync(Lock, ct);
        await User.TakeAsync(Owner, ct);
    }

    public void Dispose()
    {
        if (held is not null)
        {
            File.Delete(Owner);
            held.Dispose();
            held = null;
        }
    }
}
