using System.Diagnostics;
using Hazina.Platform.Postgres.Embedded;
using Hazina.Testing;
using Npgsql;

namespace Hazina.Platform.Tests.Postgres;

/// <summary>What is killed here is killed as the kernel does it when memory runs out: without a word.</summary>
public sealed class EmbeddedCrashTests : IAsyncLifetime
{
    readonly TemporaryFolder folder = new();
    EmbeddedPostgres postgres = null!;

    public async ValueTask InitializeAsync()
    {
        // The system lives on, so nothing has to be forced to disk; but a commit must have left the process.
        var settings = new Dictionary<string, string>(TestPostgres.Settings) { ["synchronous_commit"] = "on", ["full_page_writes"] = "on" };
        postgres = await EmbeddedPostgres.StartAsync(EmbeddedOptions.In(folder.Inside("data")) with { Settings = settings }, default);
        await postgres.RunAsync("CREATE TABLE kept AS SELECT 1 AS answer");
    }

    [Fact]
    public async Task A_server_whose_postmaster_is_killed_is_back_with_what_was_committed()
    {
        var before = postgres.ProcessId!.Value;
        await postgres.RunAsync("INSERT INTO kept VALUES (2)");

        Kill(before);

        Assert.Equal("1,2", await AnswerAsync());
        Assert.NotEqual(before, postgres.ProcessId);
    }

    [Fact]
    public async Task A_server_is_back_every_time()
    {
        for (var round = 2; round <= 4; round++)
        {
            await postgres.RunAsync($"INSERT INTO kept VALUES ({round})");
            Kill(postgres.ProcessId!.Value);
            await AnswerAsync();
        }

        Assert.Equal("1,2,3,4", await AnswerAsync());
    }

    [Fact]
    public async Task A_server_one_of_whose_sessions_is_killed_recovers_by_itself()
    {
        await using (
            var victim = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Pooling = false }.ConnectionString
            )
        )
        {
            await victim.OpenAsync();
            Kill(victim.ProcessID);
        }

        Assert.Equal("1", await AnswerAsync());
    }

    [Fact]
    public async Task A_postmaster_that_has_lost_its_leash_is_stopped_and_started_afresh()
    {
        var orphan = postgres.ProcessId!.Value;
        var leash = int.Parse((await File.ReadAllTextAsync($"/proc/{orphan}/stat")).Split(' ')[3]);

        Kill(leash);

        Assert.Equal("1", await AnswerAsync(unlike: orphan));
        // A dead process may wait for its parent to take note, but it has no folder any more.
        Assert.Null(new FileInfo($"/proc/{orphan}/cwd").LinkTarget);
    }

    [Fact]
    public async Task The_pid_file_of_a_power_cut_does_not_keep_the_server_from_starting()
    {
        await postgres.DisposeAsync();
        // Numbers start again after a reboot: the one in the file is by now some innocent program's.
        await File.WriteAllTextAsync(
            Path.Combine(postgres.ClusterFolder, "postmaster.pid"),
            $"{Environment.ProcessId}\n{postgres.ClusterFolder}\n0\n5432\n/tmp\n\n  1  1\nready\n"
        );

        postgres = await EmbeddedPostgres.StartAsync(EmbeddedOptions.In(folder.Inside("data")), default);

        Assert.Equal("1", await AnswerAsync());
    }

    [Fact]
    public async Task An_interrupted_making_of_the_cluster_is_made_again()
    {
        Directory.CreateDirectory(folder.Inside("other", "postgres", "cluster.new", "base"));
        await File.WriteAllTextAsync(folder.Inside("other", "postgres", "cluster.new", "PG_VERSION"), "15\n");
        await using var other = await EmbeddedPostgres.StartAsync(EmbeddedOptions.In(folder.Inside("other")), default);
        Assert.Equal("1", await other.AskAsync("SELECT 1"));
    }

    /// <summary>What is in the table, as soon as there is a server to ask.</summary>
    async Task<string?> AnswerAsync(int? unlike = null)
    {
        string? answer = null;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    answer =
                        postgres.ProcessId == unlike
                            ? null
                            : await postgres.AskAsync("SELECT string_agg(answer::text, ',' ORDER BY answer) FROM kept");
                }
                catch (NpgsqlException)
                {
                    // not yet
                }

                return answer is not null;
            },
            "a server that answers"
        );
        return answer;
    }

    static void Kill(int process) => Process.GetProcessById(process).Kill();

    public async ValueTask DisposeAsync()
    {
        await postgres.DisposeAsync();
        folder.Dispose();
    }
}
