using System.Diagnostics;
using System.Security.Cryptography;
using Xunit;

namespace Hazina.Testing;

/// <summary>Programs of npm that tests use. What is fetched is kept from run to run, and is what the lock file says.</summary>
public static class NodeModules
{
    /// <summary>Where a folder of this project with a package.json has its modules.</summary>
    public static async Task<string> FetchAsync(string folder)
    {
        var version = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Source(folder, "package-lock.json"))))[..16];
        var target = Path.Combine(TestPostgres.BinariesFolder, $"{folder.ToLowerInvariant()}-{version}");
        var modules = Path.Combine(target, "node_modules");
        if (Directory.Exists(modules))
            return modules;

        // Beside its place, and moved there whole.
        Directory.CreateDirectory(TestPostgres.BinariesFolder);
        var scratch = $"{target}.{Environment.ProcessId}";
        Directory.CreateDirectory(scratch);
        foreach (var file in (string[])["package.json", "package-lock.json"])
            File.Copy(Source(folder, file), Path.Combine(scratch, file), overwrite: true);
        var (code, said) = await RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], scratch);
        Assert.True(code == 0, $"npm could not fetch the modules of {folder}: {said}");
        try
        {
            Directory.Move(scratch, target);
        }
        catch (IOException) when (Directory.Exists(modules))
        {
            Directory.Delete(scratch, recursive: true); // another process was quicker; what it put there is the same
        }

        return modules;
    }

    /// <summary>Runs a script of a folder of this project, with its modules, and gives what it says.</summary>
    public static async Task<string> RunAsync(string folder, string script, string argument)
    {
        using var place = new TemporaryFolder();
        File.Copy(Source(folder, script), place.Inside(script));
        Directory.CreateSymbolicLink(place.Inside("node_modules"), await FetchAsync(folder));
        var (code, said) = await RunAsync(NodeProgram.Find(), [place.Inside(script), argument], place.Inside(""));
        Assert.True(code == 0, $"{script} failed: {said}");
        return said;
    }

    static async Task<(int Code, string Said)> RunAsync(string program, string[] arguments, string folder)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? await output : await error + await output);
    }

    static string Source(string folder, string file) => Path.Combine(AppContext.BaseDirectory, folder, file);
}
