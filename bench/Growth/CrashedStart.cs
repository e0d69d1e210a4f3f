using System.Diagnostics;
using Npgsql;

namespace Hazina.Bench.Growth;

/// <summary>A process posts in bulk and is killed; how long until the next one can post, from its start: runtime, accounts, snapshots, replay.</summary>
static class CrashedStart
{
    static readonly TimeSpan Before = TimeSpan.FromSeconds(3);

    public static async Task<Run> Measure(Books books, CancellationToken stop)
    {
        await books.Close();
        await using (var killed = OtherProcess.Start(TwoProcesses.Command))
        {
            await killed.Ask($"{TwoProcesses.OpenWord} {books.ConnectionString}", stop);
            var driving = killed.Ask($"{TwoProcesses.DriveWord} {10 * Before.TotalSeconds:F0}", stop);
            await Task.Delay(Before, stop);
            await killed.Kill();
            // It was cut off in the middle of its work: there is no answer.
            await ((Task)driving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var behind = await Behind(books, stop);
        var start = Stopwatch.GetTimestamp();
        await using var next = OtherProcess.Start(TwoProcesses.Command);
        await next.Ask($"{TwoProcesses.OpenWord} {books.ConnectionString}", stop);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Report.Line($"a start with {behind:N0} rows since the checkpoint");
        await next.Ask(TwoProcesses.CloseWord, stop);
        await books.Open(stop);
        return new Run(seconds);
    }

    static async Task<long> Behind(Books books, CancellationToken stop)
    {
        await using var source = NpgsqlDataSource.Create(books.ConnectionString);
        await using var command = source.CreateCommand(BehindSql);
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }

    const string BehindSql = "select (select max(last_row) from ledger.batches) - as_of_row from ledger.checkpoint";
}
