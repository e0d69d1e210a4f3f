using System.Globalization;

namespace Hazina.Bench;

/// <summary>The bulk load on one ledger from two processes at once, half of the callers in each.</summary>
sealed class TwoProcesses() : Postings("two-process", "as bulk, from two processes", Bulk.Several)
{
    const int Here = Bulk.Several / 2;
    OtherProcess? other;

    public override Task<ICaller> Connect(int number, CancellationToken stop) => Task.FromResult(Bulk.CallerOf(Books, number));

    public override async Task Begin(CancellationToken stop)
    {
        await base.Begin(stop);
        // It lives as long as the workload, so that its code is as warm as ours; its journal only as long as a run.
        other ??= OtherProcess.Start(Command);
        await other.Ask($"{OpenWord} {Books.ConnectionString}", stop);
    }

    /// <remarks>The latencies told are those of the slower process.</remarks>
    public override async Task<Run> Drive(IReadOnlyList<ICaller> callers, TimeSpan time, CancellationToken stop)
    {
        var asked = other!.Ask(string.Create(CultureInfo.InvariantCulture, $"{DriveWord} {time.TotalSeconds:R}"), stop);
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
            await other.Ask(CloseWord, CancellationToken.None);
        await base.End();
    }

    public override async ValueTask DisposeAsync()
    {
        if (other is not null)
            await other.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>The second process.</summary>
    public static Task<int> Second(CancellationToken stop)
    {
        Books? books = null;
        return OtherProcess.Answer(
            async (word, rest) =>
            {
                if (word == OpenWord)
                    books = await Books.Join(rest, stop);
                else if (word == DriveWord)
                    return Tell(await Drive(books!, double.Parse(rest, CultureInfo.InvariantCulture), stop));
                else
                    await books!.DisposeAsync();
                return "done";
            },
            stop
        );
    }

    static Task<Run> Drive(Books books, double seconds, CancellationToken stop) =>
        Load.Drive(
            [.. Enumerable.Range(Here, Bulk.Several - Here).Select(number => Bulk.CallerOf(books, number))],
            TimeSpan.FromSeconds(seconds),
            stop
        );

    static string Tell(Run run) => string.Create(CultureInfo.InvariantCulture, $"{run.Value:R} {run.P50:R} {run.P99:R} {run.Transfers}");

    static Run Parse(string line)
    {
        var parts = line.Split(' ');
        double Number(int index) => double.Parse(parts[index], CultureInfo.InvariantCulture);
        return new Run(Number(0), Number(1), Number(2), long.Parse(parts[3], CultureInfo.InvariantCulture));
    }

    /// <summary>What the program is called with to be the second process.</summary>
    public const string Command = "second-process";

    /// <summary>Joins the books that are named, and answers when they have been read.</summary>
    public const string OpenWord = "open";

    /// <summary>Posts for so many seconds.</summary>
    public const string DriveWord = "drive";

    public const string CloseWord = "close";
}
