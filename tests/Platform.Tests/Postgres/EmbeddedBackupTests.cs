using Hazina.Platform.Postgres.Embedded;
using Hazina.Testing;
using Npgsql;

namespace Hazina.Platform.Tests.Postgres;

public sealed class EmbeddedBackupTests : IAsyncLifetime
{
    readonly TemporaryFolder folder = new();
    EmbeddedPostgres postgres = null!;

    string Backup => folder.Inside("backup.tar.gz");

    public async ValueTask InitializeAsync()
    {
        postgres = await EmbeddedPostgres.StartAsync(Options("data"), default);
        await postgres.RunAsync("CREATE TABLE counted (id bigint PRIMARY KEY, padding text NOT NULL)");
        await postgres.RunAsync("INSERT INTO counted SELECT n, repeat('x', 500) FROM generate_series(1, 20000) n");
    }

    [Fact]
    public async Task A_backup_taken_under_writes_brings_back_every_commit_before_it_and_no_half_ones()
    {
        using var stop = new CancellationTokenSource();
        var committed = 0L;
        var writer = Task.Run(async () =>
        {
            await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
            for (var batch = 1; !stop.IsCancellationRequested; batch++)
            {
                // A thousand at once: a half commit would show as another number.
                await using var insert = source.CreateCommand(
                    $"INSERT INTO counted SELECT {batch}::bigint * 1000000 + n, repeat('y', 500) FROM generate_series(1, 1000) n; "
                        + $"UPDATE counted SET padding = repeat('{batch % 10}', 400) WHERE id % 97 = {batch % 97}"
                );
                await insert.ExecuteNonQueryAsync();
                Interlocked.Exchange(ref committed, batch);
            }
        });
        await Eventually.TrueAsync(() => Interlocked.Read(ref committed) > 2 || writer.IsCompleted, "the writer's first commits");
        var before = Interlocked.Read(ref committed);
        var summary = await EmbeddedBackup.WriteAsync(Options("data"), Backup, progress: null, default);
        await stop.CancelAsync();
        await writer;

        var rows = 0L;
        await EmbeddedRestore.RunAsync(
            Options("again"),
            Backup,
            async (connection, ct) =>
            {
                rows = long.Parse(await AskAsync(connection, "SELECT count(*) FROM counted", ct));
                // Reads every page, whose checksums must be right, by the table and by the index.
                await AskAsync(connection, "SET enable_seqscan = off; SELECT count(padding) FROM counted WHERE id > 0", ct);
            },
            default
        );

        Assert.True(summary.Files > 0);
        Assert.Equal(0, rows % 1000);
        Assert.InRange((rows - 20000) / 1000, before, Interlocked.Read(ref committed));
    }

    [Fact]
    public async Task A_backup_of_a_database_that_nobody_serves_starts_it_for_the_while()
    {
        await postgres.DisposeAsync();
        await EmbeddedBackup.WriteAsync(Options("data"), Backup, progress: null, default);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Backup));
        await EmbeddedRestore.RunAsync(
            Options("again"),
            Backup,
            async (connection, ct) => Assert.Equal("20000", await AskAsync(connection, "SELECT count(*) FROM counted", ct)),
            default
        );
    }

    [Fact]
    public async Task A_backup_that_was_cut_short_is_refused_and_the_whole_one_restored_after_it()
    {
        await EmbeddedBackup.WriteAsync(Options("data"), Backup, progress: null, default);
        var whole = await File.ReadAllBytesAsync(Backup);
        foreach (var length in new[] { 0, 10, whole.Length / 2, whole.Length - 600 })
        {
            await File.WriteAllBytesAsync(folder.Inside("cut.tar.gz"), whole[..length]);
            var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => RestoreAsync(folder.Inside("cut.tar.gz")));
            Assert.Contains("not a whole backup", refusal.Message, StringComparison.Ordinal);
        }

        await RestoreAsync(Backup);
    }

    [Fact]
    public async Task What_lies_beside_comes_back_too_but_never_over_what_is_there()
    {
        foreach (
            var (place, text) in new[]
            {
                ("data/notes/old", "saved"),
                ("data/notes/deep/er", "saved"),
                ("data/files/a/b", "saved"),
                ("again/notes/old", "newer"),
            }
        )
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.Inside(place))!);
            await File.WriteAllTextAsync(folder.Inside(place), text);
        }

        await EmbeddedBackup.WriteAsync(
            Options("data") with
            {
                Beside = ["notes", "none"],
                After = ["files"],
            },
            Backup,
            progress: null,
            default
        );
        await EmbeddedRestore.RunAsync(
            Options("again") with
            {
                Beside = ["notes"],
                After = ["files"],
            },
            Backup,
            (_, _) => Task.CompletedTask,
            default
        );

        Assert.Equal("newer", await File.ReadAllTextAsync(folder.Inside("again/notes/old")));
        Assert.Equal("saved", await File.ReadAllTextAsync(folder.Inside("again/notes/deep/er")));
        Assert.Equal("saved", await File.ReadAllTextAsync(folder.Inside("again/files/a/b")));
        Assert.False(Directory.Exists(folder.Inside("again/restore.new")));
    }

    [Fact]
    public async Task A_backup_with_a_flipped_bit_is_refused()
    {
        await EmbeddedBackup.WriteAsync(Options("data"), Backup, progress: null, default);
        var bytes = await File.ReadAllBytesAsync(Backup);
        bytes[bytes.Length / 2] ^= 4;
        await File.WriteAllBytesAsync(Backup, bytes);
        await Assert.ThrowsAsync<EmbeddedPostgresException>(() => RestoreAsync(Backup));
    }

    [Fact]
    public async Task A_folder_with_a_database_is_not_restored_into()
    {
        await EmbeddedBackup.WriteAsync(Options("data"), Backup, progress: null, default);
        await postgres.DisposeAsync();
        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() =>
            EmbeddedRestore.RunAsync(Options("data"), Backup, (_, _) => Task.CompletedTask, default)
        );
        Assert.Contains("needs an empty data folder", refusal.Message, StringComparison.Ordinal);
    }

    Task RestoreAsync(string file) => EmbeddedRestore.RunAsync(Options("again"), file, (_, _) => Task.CompletedTask, default);

    EmbeddedPostgresOptions Options(string name) => EmbeddedOptions.In(folder.Inside(name));

    internal static async Task<string> AskAsync(string connectionString, string sql, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return Convert.ToString(await command.ExecuteScalarAsync(ct)) ?? "";
    }

    public async ValueTask DisposeAsync()
    {
        await postgres.DisposeAsync();
        folder.Dispose();
    }
}
