using System.Net;
using Hazina.Testing;

namespace Hazina.Journeys.Tests.CommandLine;

public sealed class KeyTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    string Data => folder.Inside("data");

    [Fact]
    public async Task A_key_is_made_shown_once_listed_used_and_revoked_while_the_server_runs()
    {
        var (hazina, address) = await HazinaProcess.ServeAsync(Data);
        await using var _ = hazina;
        var made = await HazinaProcess.RunAsync(Data, "key", "create", "--name", "for a test", "--all-permissions");
        Assert.Equal((0, 47), (made.ExitCode, made.Output.Trim().Length));
        var key = made.Output.Trim();
        Assert.StartsWith("hz_test_", key, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(address, key));

        var list = await HazinaProcess.RunAsync(Data, "key", "list");
        Assert.Contains("for a test", list.Output, StringComparison.Ordinal);
        Assert.Contains("…" + key[^4..], list.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(key, list.Output, StringComparison.Ordinal);

        var id = list.Output.Split('\n').Single(line => line.Contains("for a test", StringComparison.Ordinal)).Split('\t')[0];
        Assert.Equal(0, (await HazinaProcess.RunAsync(Data, "key", "revoke", id)).ExitCode);
        Assert.Equal(1, (await HazinaProcess.RunAsync(Data, "key", "revoke", id)).ExitCode);
        await Eventually.TrueAsync(async () => await AskAsync(address, key) == HttpStatusCode.Unauthorized, "a revoked key is refused");
    }

    [Fact]
    public async Task A_key_is_bound_to_addresses_and_rotated_while_both_go_on()
    {
        var (hazina, address) = await HazinaProcess.ServeAsync(Data);
        await using var _ = hazina;
        async Task<string> MakeAsync(string name, params string[] more) =>
            (await HazinaProcess.RunAsync(Data, ["key", "create", "--name", name, "--permission", "ledger.read", .. more])).Output.Trim();
        var here = await MakeAsync("here", "--address", "127.0.0.0/8", "::1", "--requests-per-minute", "1000");
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(address, here));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(address, await MakeAsync("elsewhere", "--address", "203.0.113.7")));

        var line = (await HazinaProcess.RunAsync(Data, "key", "list"))
            .Output.Split('\n')
            .Single(l => l.Contains("\there\t", StringComparison.Ordinal));
        Assert.Equal(["127.0.0.0/8 ::1/128", "1000"], line.Split('\t')[8..10]);
        var rotated = await HazinaProcess.RunAsync(Data, "key", "rotate", line.Split('\t')[0], "--overlap-hours", "1");
        Assert.Equal(0, rotated.ExitCode);
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(address, rotated.Output.Trim()));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(address, here));
        var nowhere = await HazinaProcess.RunAsync(Data, "key", "create", "--name", "x", "--all-permissions", "--address", "nowhere");
        Assert.Equal(1, nowhere.ExitCode);
        Assert.Contains("nowhere", nowhere.Errors, StringComparison.Ordinal);
        var again = await HazinaProcess.RunAsync(Data, "key", "rotate", line.Split('\t')[0]);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("rotated already", again.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key create --name x --permission ledger.fly", 2, "ledger.fly")]
    [InlineData("key create --name x", 2, "needs a permission")]
    [InlineData("key create --name x --all-permissions", 1, "There is no database in")]
    [InlineData("key list", 1, "There is no database in")]
    [InlineData("key rotate 0190b5a8-7f3a-7cc4-8f0e-3c1d2b4a5e6f --overlap-hours 721", 2, "at most 720")]
    [InlineData("key create --all-permissions", 2, "--name")]
    [InlineData("key create --name x --book play --all-permissions", 2, "play")]
    [InlineData("key create --name x --all-permissions --expires-in-days 0", 2, "at least 1")]
    [InlineData("key revoke not-an-id", 2, "not-an-id")]
    public async Task What_a_key_cannot_be_is_told_in_a_sentence(string line, int exitCode, string named)
    {
        var run = await HazinaProcess.RunAsync(Data, line.Split(' '));
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(named, run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Output.Trim());
        Assert.False(Directory.Exists(Data), "What was asked for by mistake left something behind.");
    }

    static async Task<HttpStatusCode> AskAsync(Uri address, string key)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("X-API-Key", key);
        return (await client.GetAsync(new Uri(address, $"/v1/ledger/accounts/{Guid.CreateVersion7()}"))).StatusCode;
    }

    public void Dispose() => folder.Dispose();
}
