using System.Net;
using System.Net.Http.Json;
using Hazina.Testing;

namespace Hazina.Journeys.Tests.CommandLine;

public sealed class AdminTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    string Data => folder.Inside("data");

    [Fact]
    public async Task An_administrator_is_made_shown_once_and_signs_in_while_the_server_runs()
    {
        var (hazina, address) = await HazinaProcess.ServeAsync(Data);
        await using var _ = hazina;
        var made = await HazinaProcess.RunAsync(Data, "admin", "create", "--email", "Asha@example.com", "--name", "Asha Mwangi");
        Assert.Equal((0, 24), (made.ExitCode, made.Output.Trim().Length));
        using var client = new HttpClient { BaseAddress = address };
        var signedIn = await client.PostAsJsonAsync("/v1/auth/sign-in", new { login = "asha@example.com", password = made.Output.Trim() });
        Assert.Equal(HttpStatusCode.Created, signedIn.StatusCode);

        var again = await HazinaProcess.RunAsync(Data, "admin", "create", "--email", "asha@example.com", "--name", "Asha");
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("has an account already", again.Errors, StringComparison.Ordinal);

        var nobody = await HazinaProcess.RunAsync(Data, "admin", "create", "--email", "asha", "--name", "Asha");
        Assert.Equal((1, ""), (nobody.ExitCode, nobody.Output.Trim()));
        Assert.Contains("no e-mail address", nobody.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("admin create --email asha@example.com --name Asha", 1, "There is no database in")]
    [InlineData("admin create --email asha@example.com", 2, "--name")]
    [InlineData("admin create --name Asha", 2, "--email")]
    public async Task What_an_administrator_cannot_be_is_told_in_a_sentence(string line, int exitCode, string named)
    {
        var run = await HazinaProcess.RunAsync(Data, line.Split(' '));
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(named, run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Output.Trim());
    }

    public void Dispose() => folder.Dispose();
}
