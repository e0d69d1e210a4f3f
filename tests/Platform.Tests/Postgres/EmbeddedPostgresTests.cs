using Hazina.Platform.Postgres.Embedded;
using Hazina.Testing;
using Npgsql;

namespace Hazina.Platform.Tests.Postgres;

public sealed class EmbeddedPostgresTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public async Task What_is_committed_is_there_after_a_stop_and_a_start_in_a_path_with_spaces()
    {
        var options = Options("a folder with spaces", "and 'quotes' ü");
        await using (var first = await EmbeddedPostgres.StartAsync(options, default))
        {
            await first.RunAsync("CREATE TABLE kept AS SELECT 42 AS answer");
        }

        await using var second = await EmbeddedPostgres.StartAsync(options, default);
        Assert.Equal("42", await second.AskAsync("SELECT answer FROM kept"));
    }

    [Fact]
    public async Task Nothing_is_left_running_or_lying_about_after_a_stop()
    {
        var postgres = await EmbeddedPostgres.StartAsync(Options("data"), default);
        var process = postgres.ProcessId;
        var socket = new NpgsqlConnectionStringBuilder(postgres.ConnectionString).Host;
        Assert.True(Directory.Exists($"/proc/{process}"));

        await postgres.DisposeAsync();

        Assert.False(Directory.Exists($"/proc/{process}"));
        Assert.False(Directory.Exists(socket));
        Assert.Null(postgres.ProcessId);
    }

    [Fact]
    public async Task A_commit_is_on_disk_and_its_pages_have_checksums()
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataFolder = folder.Inside("data"), BinariesFolder = TestPostgres.BinariesFolder },
            default
        );
        foreach (
            var (setting, value) in new Dictionary<string, string>
            {
                ["fsync"] = "on",
                ["synchronous_commit"] = "on",
                ["full_page_writes"] = "on",
                ["data_checksums"] = "on",
                ["listen_addresses"] = "",
                ["server_encoding"] = "UTF8",
                ["TimeZone"] = "UTC",
                ["max_wal_size"] = "4GB",
                ["password_encryption"] = "scram-sha-256",
                ["idle_in_transaction_session_timeout"] = "1min",
            }
        )
        {
            Assert.Equal((setting, value), (setting, await postgres.AskAsync($"SELECT current_setting('{setting}')")));
        }

        Assert.NotEqual("off", await postgres.AskAsync("SELECT current_setting('wal_compression')"));
    }

    [Fact]
    public async Task Text_sorts_by_code_point_and_knows_every_letter()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = source.CreateCommand("SELECT lower('ÄŞ') || ('a' > 'B') || ('é' > 'z')");
        Assert.Equal("äştruetrue", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_second_owner_is_told_who_has_the_database_and_a_session_joins_in()
    {
        var options = Options("data");
        await using var owner = await EmbeddedPostgres.StartAsync(options, default);

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.StartAsync(options, default));
        await using var session = await EmbeddedSession.OpenAsync(options, default);

        Assert.Contains($"in use by process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
        Assert.True(session.Joined);
        await using var source = NpgsqlDataSource.Create(session.ConnectionString);
        await using var command = source.CreateCommand("SELECT 1");
        Assert.Equal(1, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_session_where_nobody_serves_starts_the_database_and_stops_it()
    {
        var options = Options("data");
        await using (var session = await EmbeddedSession.OpenAsync(options, default))
        {
            Assert.False(session.Joined);
        }

        await using var next = await EmbeddedPostgres.StartAsync(options, default);
        Assert.NotNull(next.ProcessId);
    }

    [Fact]
    public async Task Settings_that_the_server_refuses_are_told_in_its_own_words_and_leave_the_folder_free()
    {
        var options = Options("data");
        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() =>
            EmbeddedPostgres.StartAsync(
                options with
                {
                    Settings = new Dictionary<string, string> { ["shared_buffers"] = "plenty" },
                },
                default
            )
        );
        Assert.Contains("does not start", refusal.Message, StringComparison.Ordinal);
        await using var next = await EmbeddedPostgres.StartAsync(options, default);
    }

    [Fact]
    public async Task A_cluster_of_another_major_version_is_refused_before_anything_touches_it()
    {
        var options = Options("data");
        string cluster;
        await using (var postgres = await EmbeddedPostgres.StartAsync(options, default))
        {
            cluster = postgres.ClusterFolder;
        }

        await File.WriteAllTextAsync(Path.Combine(cluster, "PG_VERSION"), "14\n");
        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.StartAsync(options, default));
        Assert.Contains("was made by PostgreSQL 14", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_root_a_database_below_a_closed_folder_goes_where_its_server_can_and_follows_the_data_folder()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root has folders that the server's user cannot enter.");
        var closed = Directory
            .CreateDirectory(folder.Inside("closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)
            .FullName;
        string elsewhere;
        await using (var postgres = await EmbeddedPostgres.StartAsync(Options("closed", "data"), default))
        {
            elsewhere = Path.GetDirectoryName(postgres.ClusterFolder)!;
            await postgres.RunAsync("CREATE TABLE kept AS SELECT 42 AS answer");
        }

        try
        {
            Assert.StartsWith("/var/lib/hazina/", elsewhere, StringComparison.Ordinal);
            Directory.Move(Path.Combine(closed, "data"), Path.Combine(closed, "moved"));
            await using var moved = await EmbeddedPostgres.StartAsync(Options("closed", "moved"), default);
            Assert.Equal("42", await moved.AskAsync("SELECT answer FROM kept"));
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    EmbeddedPostgresOptions Options(params string[] names) => EmbeddedOptions.In(folder.Inside(names));

    public void Dispose() => folder.Dispose();
}
