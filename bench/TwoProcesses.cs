using System.Diagnostics;
using System.Globalization;

namespace Hazina.Bench;

/// <summary>
/// The bulk load on one ledger from two processes at once, half of the callers in each. The second is this program again; it is told what to
/// do line by line, and answers on its output.
/// </summary>
sealed class TwoProcesses() : Postings("two-process", $"as bulk, from two processes", Bulk.Several)
{
    const int Here = Bulk.Several / 2;
    Process? other;

    public override Task<ICaller> Connect(int number, CancellationToken stop) => Task.FromResult(Bulk.CallerOf(Books, number));

    public override async Task Begin(CancellationToken stop)
    {
        await base.Begin(stop);
        // It lives as long as the workload, so that its code is as warm as ours; its journal only as long as a run.
        other ??= Start();
        await Tell($"{OpenWord} {Books.ConnectionString}", stop);
    }

    /// <remarks>The latencies told are those of the slower process.</remarks>
    public override async Task<Run> Drive(IReadOnlyList<ICaller> callers, TimeSpan time, CancellationToken stop)
    {
        var asked = Tell(string.Create(CultureInfo.InvariantCulture, $"{DriveWord} {time.TotalSeconds:R}"), stop);
        var here = await Load.Drive([.. callers.Take(Here)], time, stop);
        var there = Parse(await asked);
        return new Run(
            here.Value + there.Value,
            Math.Max(here.P50, there.P50),
            Math.Max(here.P99, there.P99),
            here.Transfers + there.Transfers
        );
    }

    public override async Task End()
    {
        if (other is not null)
            await Tell(CloseWord, CancellationToken.None);
        await base.End();
    }

    public override async ValueTask DisposeAsync()
    {
        if (other is not null)
        {
            other.StandardInput.Close();
            await other.WaitForExitAsync();
            other.Dispose();
        }

        await base.DisposeAsync();
    }

    /// <summary>The second process: does what it is told, line by line, until there are no more.</summary>
    public static async Task<int> Second(CancellationToken stop)
    {
        Books? books = null;
        while (await Console.In.ReadLineAsync(stop) is { } line)
        {
            var (word, rest) = line.Split(' ', 2) is [var first, var second] ? (first, second) : (line, "");
            if (word == OpenWord)
                books = await Books.Join(rest, stop);
            var answer = word == DriveWord ? Tell(await Drive(books!, double.Parse(rest, CultureInfo.InvariantCulture), stop)) : Done;
            if (word == CloseWord && books is not null)
                await books.DisposeAsync();
            await Console.Out.WriteLineAsync(answer);
        }

        return 0;
    }

    static Task<Run> Drive(Books books, double seconds, CancellationToken stop) =>
        Load.Drive(
            [.. Enumerable.Range(Here, Bulk.Several - Here).Select(number => Bulk.CallerOf(books, number))],
            TimeSpan.FromSeconds(seconds),
            stop
        );

    async Task<string> Tell(string line, CancellationToken stop)
    {
        await other!.StandardInput.WriteLineAsync(line.AsMemory(), stop);
        return await other.StandardOutput.ReadLineAsync(stop) ?? throw new InvalidOperationException("The second process has gone.");
    }

    static string Tell(Run run) => string.Create(CultureInfo.InvariantCulture, $"{run.Value:R} {run.P50:R} {run.P99:R} {run.Transfers}");

    static Run Parse(string line)
    {
        var parts = line.Split(' ');
        double Number(int index) => double.Parse(parts[index], CultureInfo.InvariantCulture);
        return new Run(Number(0), Number(1), Number(2), long.Parse(parts[3], CultureInfo.InvariantCulture));
    }

    /// <summary>As this process was started: by a program of its own, or by dotnet and the name of a library.</summary>
    static Process Start()
    {
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

        start.ArgumentList.Add(Command);
        return Process.Start(start) ?? throw new InvalidOperationException("The second process did not start.");
    }

    /// <summary>What the program is called with to be the second process.</summary>
    public const string Command = "second-process";

    const string OpenWord = "open";
    const string DriveWord = "drive";
    const string CloseWord = "close";
    const string Done = "done";
}
