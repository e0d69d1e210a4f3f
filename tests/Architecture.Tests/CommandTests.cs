using System.Diagnostics;
using System.Text.RegularExpressions;
using Hazina.Architecture.Tests.Rules;

namespace Hazina.Architecture.Tests;

/// <summary>A document that tells somebody to type a command is right, or the command is announced in <see cref="Limits.CommandsToCome"/>.</summary>
public sealed partial class CommandTests
{
    [Fact]
    public async Task Commands_in_the_documents_exist()
    {
        var told =
            from document in Tree.Documents
            from command in DocumentRules.Commands(document)
            where command.Words.Length > 0
            select (Words: string.Join(' ', command.Words), At: document.At(command.Line));
        var missing = new List<string>();
        foreach (var command in told.GroupBy(t => t.Words, t => t.At))
        {
            if (!Limits.CommandsToCome.Contains(command.Key) && !await Exists(command.Key))
                missing.Add($"./hazina {command.Key} ({string.Join(", ", command)})");
        }

        Found.Nothing("Documents name commands that are not there:", missing);
    }

    [Fact]
    public async Task What_was_announced_is_still_to_come()
    {
        var here = new List<string>();
        foreach (var command in Limits.CommandsToCome)
        {
            if (await Exists(command))
                here.Add(command);
        }

        Found.Nothing("It has come: take it out of Limits.CommandsToCome:", here);
    }

    [Fact]
    public async Task A_command_that_nobody_knows_does_not_exist()
    {
        Assert.False(await Exists("conjure"));
        Assert.True(await Exists("serve"));
        Assert.True(await Exists("test"));
    }

    /// <summary>Asks the command line for its page; a few words are the launcher's own.</summary>
    static async Task<bool> Exists(string words)
    {
        var launcher = Tree.Files.Single(f => f.Path == "hazina");
        if (LaunchersOwn().Matches(launcher.Text).Any(m => m.Groups[1].Value == words.Split(' ')[0]))
            return true;
        var start = new ProcessStartInfo(
            "dotnet",
            ["exec", Path.Combine(AppContext.BaseDirectory, "Hazina.Cli.dll"), .. words.Split(' '), "--help"]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (page, mistake) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _ = await mistake;
        return process.ExitCode == 0 && (await page).Contains($"hazina {words}", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^  ([a-z]+)\) shift;", RegexOptions.Multiline)]
    private static partial Regex LaunchersOwn();
}
