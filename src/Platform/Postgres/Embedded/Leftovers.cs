using System.Globalization;
using System.Runtime.InteropServices;

namespace Hazina.Platform.Postgres.Embedded;

/// <summary>
/// What an earlier run that was killed has left: a postmaster, or processes of one that is gone. They are known by their working folder, which for
/// every process of PostgreSQL is its cluster. The caller holds the cluster's lock, so none of them can be anybody's who is alive.
/// </summary>
static class Leftovers
{
    const int SigInt = 2,
        SigQuit = 3,
        SigKill = 9;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task ClearAsync(string cluster, Action<string>? progress, CancellationToken ct)
    {
        var found = In(cluster);
        if (found.Count > 0)
        {
            progress?.Invoke("Stopping the PostgreSQL that an earlier run has left");
        }

        // A postmaster's fast shutdown; then its immediate one; then by force. Losing nothing is PostgreSQL's business in all three.
        foreach (var signal in new[] { SigInt, SigQuit, SigKill })
        {
            var postmaster = Postmaster(cluster);
            found = In(cluster);
            // Backends whose postmaster is gone take any signal for the end of the session.
            var targets = signal != SigKill && postmaster is { } pid && found.Contains(pid) ? [pid] : found;
            targets.ForEach(target => _ = Signal(target, signal));
            if (await GoneAsync(cluster, ct))
            {
                break;
            }
        }

        if (In(cluster) is { Count: > 0 } left)
        {
            throw new EmbeddedPostgresException(
                $"An earlier PostgreSQL on {cluster} (process {left[0]}) does not stop. End it by hand and start again."
            );
        }

        // Left by a crash or a power cut; the number in it may be another program's by now, which would keep PostgreSQL from starting.
        if (Directory.Exists(cluster))
        {
            if (SocketFolder.Of(cluster) is { } sockets)
            {
                SocketFolder.Delete(sockets);
            }

            File.Delete(Path.Combine(cluster, "postmaster.pid"));
        }
    }

    /// <summary>The process that <c>postmaster.pid</c> names, or null; it need not be alive.</summary>
    public static int? Postmaster(string cluster)
    {
        try
        {
            return int.Parse(File.ReadLines(Path.Combine(cluster, "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    static List<int> In(string cluster) =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
                .Where(pid => pid > 0 && WorksIn(pid, cluster)),
        ];

    static bool WorksIn(int pid, string cluster)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/cwd").LinkTarget == cluster
                && (File.ReadAllText($"/proc/{pid}/comm").Trim() is "postgres" or "postmaster");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // gone meanwhile, or somebody else's
        }
    }

    static async Task<bool> GoneAsync(string cluster, CancellationToken ct)
    {
        var until = TimeProvider.System.GetUtcNow() + Patience;
        while (In(cluster).Count > 0)
        {
            if (TimeProvider.System.GetUtcNow() > until)
            {
                return false;
            }

            await Task.Delay(50, ct);
        }

        return true;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    static extern int Signal(int pid, int signal);
}
