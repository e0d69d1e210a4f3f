using System.ComponentModel;
using System.Diagnostics;

namespace Hazina.Platform.Postgres.Embedded;

/// <summary>What a command of the operating system said.</summary>
readonly record struct ShellAnswer(int ExitCode, string Output, string Errors)
{
    public bool Ok => ExitCode == 0;

    /// <summary>The last lines of what it complained about, for a message.</summary>
    public string Complaint
    {
        get
        {
            var lines = (Errors.Trim().Length > 0 ? Errors : Output).Trim().Split('\n');
            return string.Join(" | ", lines.TakeLast(3).Select(line => line.Trim()));
        }
    }
}

/// <summary>Runs a command of the operating system to its end, without a shell between.</summary>
static class ShellCommand
{
    /// <summary>Exit code of a command that does not exist, as a shell has it.</summary>
    public const int NotFound = 127;

    public static async Task<ShellAnswer> RunAsync(IEnumerable<string> command, CancellationToken ct, string? folder = null)
    {
        using var process = new Process { StartInfo = Describe(command, folder) };
        process.StartInfo.RedirectStandardOutput = true;
        process.StartInfo.RedirectStandardError = true;
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return new ShellAnswer(NotFound, "", e.Message);
        }

        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var errors = process.StandardError.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return new ShellAnswer(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>How PostgreSQL's programs are started: in English, and without what the caller's shell has set up for psql.</summary>
    public static ProcessStartInfo Describe(IEnumerable<string> command, string? folder)
    {
        var words = command.ToList();
        var info = new ProcessStartInfo(words[0])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
            // The caller's folder may be closed to the user who runs the server.
            WorkingDirectory = folder ?? "/",
        };
        words.Skip(1).ToList().ForEach(info.ArgumentList.Add);
        foreach (var name in info.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            info.Environment.Remove(name);
        }

        info.Environment["LC_ALL"] = "C";
        return info;
    }
}
