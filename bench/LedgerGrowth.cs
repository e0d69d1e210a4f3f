using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Hazina.Bench;

/// <summary>
/// <c>bench ledger --rows N</c>: whether cost grows with the journal. A million accounts; the bulk load and a start-up are measured when the
/// accounts have just been opened, and again when the journal has N rows.
/// </summary>
static class LedgerGrowth
{
    const int Accounts = 1_000_000;

    /// <summary>Rows that opening and funding the accounts takes.</summary>
    public const long FewestRows = 3L * Accounts;

    public static IEnumerable<Ratio> Ratios(long rows) =>
        [new($"{Posting(rows)}/{Posting(null)}", Posting(rows), Posting(null), Goal: 0.9)];

    public static async Task<Figures> Measure(long rows, int runs, TimeSpan time, string command, CancellationToken stop)
    {
        await using var server = await BenchServer.Start(stop);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        var machine = await Machine.Look(source, server.Folder, stop);
        Report.Begin("ledger", machine);

        Report.Line($"opening {Accounts:N0} accounts");
        await using var books = await Books.Make(server.ConnectionString, "growth", Accounts, stop);
        var neighbours = new Neighbours(server.ProcessId);
        await books.Open(stop);
        await Load.Drive(Callers(books), time / 3, stop);
        List<Figure> figures = [.. await Look(books, null, runs, time, neighbours, stop)];
        await Grow(books, rows, stop);
        figures.AddRange(await Look(books, rows, runs, time, neighbours, stop));
        return new Figures("ledger", command, machine, figures);
    }

    /// <summary>What there is to measure at one length of the journal.</summary>
    static async Task<IReadOnlyList<Figure>> Look(
        Books books,
        long? rows,
        int runs,
        TimeSpan time,
        Neighbours neighbours,
        CancellationToken stop
    )
    {
        var at = $"journal of {Rows(books):N0} rows";
        var posted = new List<Run>();
        var started = new List<Run>();
        for (var i = 0; i < runs; i++)
        {
            neighbours.Begin();
            var run = await Load.Drive(Callers(books), time, stop);
            posted.Add(run with { Others = neighbours.End() });
            Report.Line($"{at}: {run.Value:N0} transfers/s, others {posted[^1].Others:P0}");
        }

        for (var i = 0; i < runs; i++)
        {
            await books.Close();
            neighbours.Begin();
            var start = Stopwatch.GetTimestamp();
            await books.Open(stop);
            started.Add(new Run(Stopwatch.GetElapsedTime(start).TotalSeconds, Others: neighbours.End()));
            Report.Line($"{at}: started in {started[^1].Value:N2} s");
        }

        return
        [
            new Figure(Posting(rows), "Hazina", $"bulk load, {at}", Bulk.Several, posted),
            new Figure($"start-up-{Mark(rows)}", "Hazina", $"start-up, {at}", 0, started, "s"),
        ];
    }

    static async Task Grow(Books books, long rows, CancellationToken stop)
    {
        // By time, so that there is something to see; the last stretch by what is left of it.
        var (before, rate) = (Rows(books), 50_000.0);
        while (before < rows)
        {
            var seconds = Math.Clamp((rows - before) / rate, 0.5, 20);
            rate = (await Load.Drive(Callers(books), TimeSpan.FromSeconds(seconds), stop)).Value;
            before = Rows(books);
            Report.Line($"growing: {before:N0} of {rows:N0} rows, {rate:N0}/s");
        }
    }

    static List<ICaller> Callers(Books books) => [.. Enumerable.Range(0, Bulk.Several).Select(number => Bulk.CallerOf(books, number))];

    static long Rows(Books books) => books.Journal.State!.Head.LastRow;

    static string Posting(long? rows) => $"bulk-{Mark(rows)}";

    static string Mark(long? rows) =>
        rows is { } many ? string.Create(CultureInfo.InvariantCulture, $"{many / 1_000_000.0:0.#}M-rows") : "few-rows";
}
