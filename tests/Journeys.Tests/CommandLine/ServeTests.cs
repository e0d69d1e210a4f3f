using System.Net;
using Hazina.Testing;

namespace Hazina.Journeys.Tests.CommandLine;

public sealed class ServeTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    string Data => folder.Inside("a data folder");

    [Fact]
    public async Task It_serves_and_stops_with_nothing_left_behind()
    {
        var (hazina, address) = await HazinaProcess.ServeAsync(Data);
        await using var _ = hazina;
        Assert.Equal(HttpStatusCode.OK, await LiveAsync(address));

        Assert.Equal(0, await hazina.StopAsync());

        Assert.Empty(ProcessesIn(Data));
    }

    [Fact]
    public async Task A_server_that_was_killed_takes_its_database_down_and_starts_again()
    {
        var (first, _) = await HazinaProcess.ServeAsync(Data);
        await using var __ = first;
        await first.KillAsync();
        await Eventually.TrueAsync(() => ProcessesIn(Data).Count == 0, "the end of a database whose owner is dead");

        var (second, address) = await HazinaProcess.ServeAsync(Data);
        await using var ___ = second;
        Assert.Equal(HttpStatusCode.OK, await LiveAsync(address));
        Assert.Equal(0, await second.StopAsync());
    }

    [Fact]
    public async Task A_server_can_start_again_the_moment_after_it_was_killed()
    {
        var (first, _) = await HazinaProcess.ServeAsync(Data);
        await using var __ = first;
        await first.KillAsync();
        var (second, address) = await HazinaProcess.ServeAsync(Data);
        await using var ___ = second;
        Assert.Equal(HttpStatusCode.OK, await LiveAsync(address));
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_is_told_who_has_it()
    {
        var (first, _) = await HazinaProcess.ServeAsync(Data);
        await using var __ = first;
        var (exitCode, _, errors) = await HazinaProcess.RunAsync(Data, "serve", "--port", "0");
        Assert.Equal(1, exitCode);
        Assert.Contains($"in use by process {first.Id}", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_in_a_sentence_before_a_database_is_made()
    {
        var (first, address) = await HazinaProcess.ServeAsync(Data);
        await using var __ = first;
        var (exitCode, output, errors) = await HazinaProcess.RunAsync(folder.Inside("other"), "serve", "--urls", address.ToString());
        Assert.Equal(1, exitCode);
        Assert.Contains("Another program is listening", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output + errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Inside("other", "postgres")));
    }

    [Fact]
    public async Task A_backup_of_a_serving_database_is_restored_elsewhere_and_served()
    {
        var (hazina, _) = await HazinaProcess.ServeAsync(Data);
        await using var __ = hazina;
        var backup = await HazinaProcess.RunAsync(Data, "backup", folder.Inside("backup.tar.gz"));
        Assert.Equal((0, ""), (backup.ExitCode, backup.ExitCode == 0 ? "" : backup.Errors));

        var restore = await HazinaProcess.RunAsync(folder.Inside("again"), "restore", folder.Inside("backup.tar.gz"));
        Assert.Equal((0, ""), (restore.ExitCode, restore.ExitCode == 0 ? "" : restore.Errors));

        var (mine, theirs) = (folder.Inside("again", "keys", "ledger-head.pem"), Path.Combine(Data, "keys", "ledger-head.pem"));
        Assert.Equal(await File.ReadAllTextAsync(theirs), await File.ReadAllTextAsync(mine));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(mine));

        var (again, address) = await HazinaProcess.ServeAsync(folder.Inside("again"));
        await using var ___ = again;
        Assert.Equal(HttpStatusCode.OK, await LiveAsync(address));
    }

    static async Task<HttpStatusCode> LiveAsync(Uri address)
    {
        using var client = new HttpClient();
        return (await client.GetAsync(new Uri(address, "/health/live"))).StatusCode;
    }

    /// <summary>The processes that work in a data folder: those of its database.</summary>
    static List<string> ProcessesIn(string data) =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0]))
                .Where(process =>
                    new FileInfo(Path.Combine(process, "cwd")).LinkTarget?.StartsWith(data, StringComparison.Ordinal) == true
                ),
        ];

    public void Dispose() => folder.Dispose();
}
