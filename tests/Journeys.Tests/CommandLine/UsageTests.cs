using Hazina.Testing;

namespace Hazina.Journeys.Tests.CommandLine;

public sealed class UsageTests
{
    [Theory]
    [InlineData("")]
    [InlineData("--help")]
    public async Task The_overview_names_every_command(string argument)
    {
        var (exitCode, output, _) = await RunAsync(argument);
        Assert.Equal(0, exitCode);
        Assert.All(
            ["serve", "backup FILE", "restore FILE", "test", "bench"],
            command => Assert.Contains(command, output, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_commands_page_has_its_options_and_examples()
    {
        var (exitCode, output, _) = await RunAsync("serve", "--help");
        Assert.Equal(0, exitCode);
        Assert.All(["--port PORT", "--certificate FILE", "Examples"], text => Assert.Contains(text, output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nonsense", "nonsense")]
    [InlineData("serve --port 70000", "--port takes a number")]
    [InlineData("serve --port eighty", "--port takes a number")]
    [InlineData("serve --log xml", "xml")]
    [InlineData("backup", "FILE")]
    public async Task What_is_typed_wrongly_is_named_and_counts_as_usage(string line, string named)
    {
        var (exitCode, _, errors) = await RunAsync(line.Split(' '));
        Assert.Equal(2, exitCode);
        Assert.Contains(named, errors, StringComparison.Ordinal);
        Assert.Contains("--help shows what there is", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_done_is_a_sentence_and_verbose_shows_where()
    {
        var (exitCode, _, errors) = await RunAsync("backup", "/nowhere/backup.tar.gz");
        Assert.Equal(1, exitCode);
        Assert.StartsWith("hazina: There is no database in", errors, StringComparison.Ordinal);
        Assert.Single(errors.Trim().Split('\n'));

        (_, _, errors) = await RunAsync("backup", "/nowhere/backup.tar.gz", "--verbose");
        Assert.Contains("   at Hazina.Cli.", errors, StringComparison.Ordinal);
    }

    static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        return await HazinaProcess.RunAsync(folder.Path, [.. arguments.Where(argument => argument.Length > 0)]);
    }
}
