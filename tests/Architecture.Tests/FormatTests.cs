using System.Diagnostics;

namespace Hazina.Architecture.Tests;

public sealed class FormatTests
{
    [Fact]
    public async Task The_tree_is_formatted()
    {
        var (restored, why) = await Dotnet("tool", "restore");
        Assert.SkipUnless(restored, $"The formatter is not to be had here: {why}");
        var (isFormatted, findings) = await Dotnet(["csharpier", "check", .. Limits.Formatted]);
        Assert.True(isFormatted, $"Run 'dotnet csharpier format .':\n{findings}");
    }

    static async Task<(bool Succeeded, string Said)> Dotnet(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = Tree.Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode == 0, await output + await error);
    }
}
