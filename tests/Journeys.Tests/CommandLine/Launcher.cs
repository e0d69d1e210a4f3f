using System.Diagnostics;
using Hazina.Testing;

namespace Hazina.Journeys.Tests.CommandLine;

/// <summary>The script <c>hazina</c> in a copy of the tree, below a folder with spaces, with the program that the tests have built.</summary>
sealed class Launcher : IDisposable
{
    // The script's own idea of what is built, so that it has nothing to build.
    const string Mark = """
        home=$1
        source <(sed -n '/^fingerprint()/,/^}/p' "$1/hazina")
        fingerprint src docs/api global.json Directory.Build.props Directory.Packages.props >"$1/artifacts/cli/.built"
        """;

    // What is built, and by what.
    static readonly (string Path, string Text)[] Sources =
    [
        ("src/Program.cs", "// what is built\n"),
        (Generator, "{}\n"),
        ("docs/api/openapi.json", "{}\n"),
    ];

    /// <summary>Names what npm fetches to write the API's client with.</summary>
    public const string Generator = "src/Client/package-lock.json";

    readonly TemporaryFolder folder = new();

    Launcher() { }

    public string Home => folder.Inside("a place", "with spaces");

    public string Script => Path.Combine(Home, "hazina");

    public string Data => folder.Inside("data");

    public static async Task<Launcher> CopyAsync()
    {
        var launcher = new Launcher();
        var source = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(source!.FullName, "Hazina.slnx")))
            source = source.Parent;
        foreach (var (path, text) in Sources)
        {
            var file = Path.Combine(launcher.Home, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text);
        }

        foreach (var name in (string[])["hazina", "global.json", "Directory.Build.props", "Directory.Packages.props"])
            File.Copy(Path.Combine(source.FullName, name), Path.Combine(launcher.Home, name));
        var program = Path.Combine(launcher.Home, "artifacts", "cli");
        Directory.CreateDirectory(program);
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
            File.Copy(file, Path.Combine(program, Path.GetFileName(file)));
        var marked = await launcher.RunAsync(["bash", "-c", Mark, "bash", launcher.Home]);
        Assert.True(marked.ExitCode == 0, marked.Errors);
        return launcher;
    }

    /// <summary>As somebody who is not root, where there is somebody else to be.</summary>
    public static IReadOnlyList<string> AsNobody =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] : [];

    /// <summary>Makes a folder with links to all programs of this machine but some, to be the whole of PATH.</summary>
    public string PathWithout(params string[] names)
    {
        var path = folder.Inside("programs");
        Directory.CreateDirectory(path);
        foreach (var program in new[] { "/usr/bin", "/bin" }.Where(Directory.Exists).SelectMany(Directory.EnumerateFiles))
        {
            var link = Path.Combine(path, Path.GetFileName(program));
            if (!names.Contains(Path.GetFileName(program)) && !File.Exists(link))
                File.CreateSymbolicLink(link, program);
        }

        return path;
    }

    /// <summary>Lets everybody come through to the copy and read it.</summary>
    public Task OpenAsync() => RunAsync(["chmod", "-R", "a+rX", Home, folder.Inside("a place")]);

    public async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        IReadOnlyList<string> command,
        params IReadOnlyList<(string Name, string? Value)> environment
    )
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment["HAZINA_DATA"] = Data;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }

    public void Dispose() => folder.Dispose();
}
