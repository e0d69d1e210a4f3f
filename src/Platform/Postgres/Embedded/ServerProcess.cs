using System.Diagnostics;

namespace Hazina.Platform.Postgres.Embedded;

/// <summary>
/// A running postmaster on a leash. The small shell between holds a pipe to this process: when the pipe closes, because we let go or because we died,
/// it asks PostgreSQL for a fast shutdown. It runs in a session of its own, so that Ctrl-C at the terminal reaches Hazina and not the database.
/// </summary>
sealed class ServerProcess : IDisposable
{
    // $1 is the log, $2 the folder of the socket, the rest the command. dash gives a background job /dev/null for its input, hence descriptor 3.
    const string Leash = """
        exec >>"$1" 2>&1 3<&0
        sockets=$2
        shift 2
        "$@" </dev/null 3<&- &
        server=$!
        (read -r _ <&3; kill -INT $server; rm -rf "$sockets") 2>/dev/null &
        leash=$!
        wait $server
        status=$?
        kill $leash 2>/dev/null
        exit $status
        """;

    readonly Process process;

    ServerProcess(Process process) => this.process = process;

    public bool HasExited => process.HasExited;

    public Task Exited(CancellationToken ct) => process.WaitForExitAsync(ct);

    public static ServerProcess Start(ClusterHome home, PostgresBinaries binaries, string socketFolder)
    {
        string[] command =
        [
            "setsid",
            .. home.User.Prefix,
            "sh",
            "-c",
            Leash,
            "sh",
            home.Log,
            socketFolder,
            binaries.Program("postgres"),
            "-D",
            home.Cluster,
            "-c",
            $"unix_socket_directories={socketFolder}",
        ];
        var started = new Process { StartInfo = ShellCommand.Describe(command, folder: null) };
        started.Start();
        return new ServerProcess(started);
    }

    /// <summary>Lets go of the leash: PostgreSQL rolls back what is open, writes a checkpoint and ends.</summary>
    public void AskToStop() => process.StandardInput.Close();

    public void Dispose() => process.Dispose();
}
