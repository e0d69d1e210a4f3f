using System.Diagnostics;
using System.Text;
using Xunit;

namespace Hazina.Testing;

/// <summary>The <c>hazina</c> command line as a process of its own, as a person at the terminal has it. It needs a reference to the project Cli.</summary>
public sealed class HazinaProcess : IAsyncDisposable
{
    /// <summary>One that is free.</summary>
    public const string AnyPort = "http://127.0.0.1:0";

    static readonly IReadOnlyDictionary<string, string?> NoSettings = new Dictionary<string, string?>();

    readonly Process process;
    readonly StringBuilder output = new(),
        errors = new();

    HazinaProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>What it has written so far.</summary>
    public string Output => Read(output);

    public string Errors => Read(errors);

    /// <summary>Starts the command line with <paramref name="dataFolder"/> for <c>HAZINA_DATA</c>.</summary>
    public static HazinaProcess Start(string dataFolder, params string[] arguments) => Start(dataFolder, NoSettings, arguments);

    static HazinaProcess Start(string dataFolder, IReadOnlyDictionary<string, string?> settings, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Hazina.Cli.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["HAZINA_DATA"] = dataFolder;
        foreach (var (name, value) in settings)
            start.Environment["HAZINA_" + name.Replace(":", "__", StringComparison.Ordinal)] = value;
        return new HazinaProcess(Process.Start(start)!);
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string dataFolder, params string[] arguments)
    {
        await using var hazina = Start(dataFolder, arguments);
        var exitCode = await hazina.ExitAsync();
        return (exitCode, hazina.Output, hazina.Errors);
    }

    /// <summary>Starts <c>serve</c> on a free port and waits until it serves; the answer is the address.</summary>
    public static Task<(HazinaProcess Process, Uri Address)> ServeAsync(string dataFolder, params string[] more) =>
        ServeAsync(dataFolder, AnyPort, NoSettings, more);

    /// <summary>The same where it is told, with settings, by their names as in appsettings.json.</summary>
    public static async Task<(HazinaProcess Process, Uri Address)> ServeAsync(
        string dataFolder,
        string urls,
        IReadOnlyDictionary<string, string?> settings,
        params string[] more
    )
    {
        const string announcement = "Hazina serves at ";
        var hazina = Start(dataFolder, settings, ["serve", "--urls", urls, .. more]);
        try
        {
            await Eventually.TrueAsync(
                () => hazina.Output.Contains(announcement, StringComparison.Ordinal) || hazina.HasExited,
                "a server, which said last:\n",
                () => hazina.Output + hazina.Errors
            );
            Assert.False(hazina.HasExited, hazina.Errors);
        }
        catch
        {
            await hazina.DisposeAsync();
            throw;
        }

        var after = hazina.Output[(hazina.Output.IndexOf(announcement, StringComparison.Ordinal) + announcement.Length)..];
        return (hazina, new Uri(after.Split(' ', ',', '\n')[0]));
    }

    /// <summary>Ends it as the kernel does when memory runs out.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Asks it to stop, as a service manager does, and waits for its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        return await ExitAsync();
    }

    /// <param name="signal">As <c>kill</c> calls it: TERM, STOP, CONT.</param>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("sh", ["-c", $"kill -{signal} {process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    static void Append(StringBuilder to, string? line)
    {
        lock (to)
        {
            to.AppendLine(line);
        }
    }

    static string Read(StringBuilder from)
    {
        lock (from)
        {
            return from.ToString();
        }
    }
}
