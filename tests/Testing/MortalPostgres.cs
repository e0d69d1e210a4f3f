using System.Diagnostics;
using Hazina.Host;
using Hazina.Platform.Postgres;
using Hazina.Platform.Postgres.Embedded;
using Npgsql;

namespace Hazina.Testing;

/// <summary>A PostgreSQL of a test's own, with durable commits: killed and started again when the test says so, always at the same socket.</summary>
public sealed class MortalPostgres : IAsyncDisposable
{
    // $1 is the cluster, $2 the program, $3 the folder of the socket. When the pipe closes, because the test has let go or died, the server ends.
    const string Leash = """
        as=
        if [ "$(id -u)" = 0 ]; then
          chown --reference="$1" "$3"
          as="setpriv --reuid=$(stat -c %u "$1") --regid=$(stat -c %g "$1") --clear-groups --"
        fi
        exec 3<&0
        setsid $as "$2" -D "$1" -c unix_socket_directories="$3" </dev/null >/dev/null 2>&1 3<&- &
        read -r _ <&3
        kill -QUIT $! 2>/dev/null
        """;

    readonly TemporaryFolder folder = new();
    readonly string sockets = Directory.CreateTempSubdirectory("hazina-").FullName;
    string cluster = "",
        program = "";
    Process? leash;

    /// <summary>The superuser's.</summary>
    public string OwnerConnectionString { get; private set; } = "";

    /// <summary>Makes one with Hazina's tables.</summary>
    public static async Task<MortalPostgres> StartAsync()
    {
        var postgres = new MortalPostgres();
        var options = new EmbeddedPostgresOptions
        {
            DataFolder = postgres.folder.Path,
            BinariesFolder = TestPostgres.BinariesFolder,
            Settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["shared_buffers"] = "128MB",
                // Several servers share it, and each has pools for each module.
                ["max_connections"] = "400",
            },
        };
        await using (var made = await EmbeddedPostgres.StartAsync(options, CancellationToken.None))
        {
            (postgres.cluster, postgres.program) = (made.ClusterFolder, made.Binaries.Program("postgres"));
            postgres.OwnerConnectionString = new NpgsqlConnectionStringBuilder(made.ConnectionString)
            {
                Host = postgres.sockets,
            }.ConnectionString;
            await using var database = Database.Owned(made.ConnectionString);
            await new Migrator(database).Migrate(Modules.Schemas);
        }

        await postgres.ReviveAsync();
        return postgres;
    }

    /// <summary>Starts it, and waits until it has recovered.</summary>
    public async Task ReviveAsync()
    {
        File.Delete(Path.Combine(cluster, "postmaster.pid"));
        var start = new ProcessStartInfo("sh", ["-c", Leash, "sh", cluster, program, sockets])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        };
        leash = Process.Start(start);
        await Eventually.TrueAsync(AnswersAsync, "a PostgreSQL that answers");
    }

    /// <summary>Ends the postmaster and all backends at once, as when the machine's memory is gone.</summary>
    public async Task KillAsync()
    {
        await Processes.KillAllInAsync(cluster);
        await LetGoAsync();
    }

    async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(OwnerConnectionString) { Pooling = false }.ConnectionString
            );
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    async Task LetGoAsync()
    {
        if (leash is null)
            return;
        leash.StandardInput.Close();
        await leash.WaitForExitAsync();
        leash.Dispose();
        leash = null;
    }

    public async ValueTask DisposeAsync()
    {
        await LetGoAsync();
        if (cluster.Length > 0)
            await Processes.KillAllInAsync(cluster);
        Directory.Delete(sockets, recursive: true);
        folder.Dispose();
    }
}
