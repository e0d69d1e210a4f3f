using System.Diagnostics;

namespace Hazina.Bench;

/// <summary>This program once more, in a process of its own; it is told what to do line by line, and answers each with a line.</summary>
sealed class OtherProcess : IAsyncDisposable
{
    readonly Process process;

    OtherProcess(Process process) => this.process = process;

    /// <param name="command">A hidden command of <see cref="Program"/>.</param>
    public static OtherProcess Start(string command)
    {
        // As this process was started: by a program of its own, or by dotnet and the name of a library.
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        start.ArgumentList.Add(command);
        return new OtherProcess(Process.Start(start) ?? throw new InvalidOperationException($"The process {command} did not start."));
    }

    public async Task<string> Ask(string line, CancellationToken stop)
    {
        await process.StandardInput.WriteLineAsync(line.AsMemory(), stop);
        return await process.StandardOutput.ReadLineAsync(stop) ?? throw new InvalidOperationException("The other process has gone.");
    }

    /// <summary>SIGKILL: it gets no chance to tidy up.</summary>
    public async Task Kill()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>The other side: does what it is told until there are no more lines.</summary>
    /// <param name="answer">From a line's first word and the rest of it.</param>
    public static async Task<int> Answer(Func<string, string, Task<string>> answer, CancellationToken stop)
    {
        // Standard output is for answers; whatever else is said, such as a warning in the log, must not be taken for one.
        var output = Console.Out;
        Console.SetOut(Console.Error);
        while (await Console.In.ReadLineAsync(stop) is { } line)
        {
            var (word, rest) = line.Split(' ', 2) is [var first, var second] ? (first, second) : (line, "");
            await output.WriteLineAsync(await answer(word, rest));
        }

        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
