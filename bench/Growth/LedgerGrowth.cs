using System.Globalization;
using Npgsql;

namespace Hazina.Bench.Growth;

/// <summary>
/// <c>bench ledger --rows N</c>: whether cost grows with the journal. A million accounts; posting, first pages of histories and starts after a
/// crash are measured when the accounts have just been opened, and again when the journal has N rows.
/// </summary>
static class LedgerGrowth
{
    const int Accounts = 1_000_000;

    /// <summary>Opening the accounts takes a million of them, and measuring some more.</summary>
    public const long FewestRows = 3L * Accounts;

    /// <summary>Measured at the time of writing, with indexes and the log that is kept.</summary>
    const long BytesARow = 500;

    static readonly TimeSpan Stretch = TimeSpan.FromSeconds(15);

    public static IReadOnlyList<Target> Targets(long rows)
    {
        var (few, many) = (Mark(null), Mark(rows));
        return
        [
            Target.Ratio($"bulk-{many}/bulk-{few}", $"bulk-{many}", $"bulk-{few}", goal: 0.9),
            .. new[] { few, many }.SelectMany(mark =>
                new[]
                {
                    Target.P99AtMost($"page-hot-{mark}", 5),
                    Target.P99AtMost($"page-cold-{mark}", 5),
                    Target.AtMost($"start-{mark}", 10, "s"),
                }
            ),
        ];
    }

    public static async Task<Figures> Measure(long rows, int runs, TimeSpan time, string command, CancellationToken stop)
    {
        await using var server = await BenchServer.Start(stop);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        var machine = await Machine.Look(source, server.Folder, stop);
        Report.Begin("ledger", machine);
        var free = new DriveInfo(server.Folder).AvailableFreeSpace;
        if (free < rows * BytesARow)
            throw new InvalidOperationException(
                $"{rows:N0} rows need some {rows * BytesARow >> 30} GB in {server.Folder}; {free >> 30} are free."
            );

        Report.Line($"opening {Accounts:N0} accounts");
        await using var books = await Books.Make(server.ConnectionString, "growth", Accounts, stop);
        var neighbours = new Neighbours(server.ProcessId);
        await books.Open(stop);
        await Load.Drive(Callers(books), time, stop);
        List<Figure> figures = [.. await Look(books, Mark(null), runs, time, neighbours, stop)];
        await Grow(books, rows, stop);
        figures.AddRange(await Look(books, Mark(rows), runs, time, neighbours, stop));
        Report.Line($"the database has {await Size(source, stop) >> 20:N0} MB for {Rows(books):N0} rows; checking the books");
        await books.Close();
        await books.Check(acknowledged: null, stop);
        return new Figures("ledger-growth", command, machine, figures);
    }

    /// <summary>What there is to measure at one length of the journal.</summary>
    static async Task<IReadOnlyList<Figure>> Look(
        Books books,
        string mark,
        int runs,
        TimeSpan time,
        Neighbours neighbours,
        CancellationToken stop
    )
    {
        var at = $"journal of {Rows(books):N0} rows";
        async Task<List<Run>> Times(string what, Func<Task<Run>> once)
        {
            var all = new List<Run>();
            for (var i = 0; i < runs; i++)
            {
                neighbours.Begin();
                all.Add(await once() with { Others = neighbours.End() });
                Report.Line($"{at}: {what}", all[^1]);
            }

            return all;
        }

        var posted = await Times("transfers/s", () => Load.Drive(Callers(books), time, stop));
        var pages = new HistoryPages(books);
        await pages.MakeHot();
        var hot = await Times("first pages of the hot account, ms", () => pages.OfHot(stop));
        var cold = await Times("first pages of cold accounts, ms", () => pages.OfCold(stop));
        var started = await Times("seconds to start after a crash", () => CrashedStart.Measure(books, stop));
        return
        [
            new Figure($"bulk-{mark}", "Hazina", $"bulk load, {at}", Bulk.Several, posted),
            new Figure($"page-hot-{mark}", "Hazina", $"first page of a busy account's history, {at}", 1, hot, "ms"),
            new Figure($"page-cold-{mark}", "Hazina", $"first pages of some accounts' histories, {at}", 1, cold, "ms"),
            new Figure($"start-{mark}", "Hazina", $"start of a process after kill -9, {at}", 0, started, "s"),
        ];
    }

    static async Task Grow(Books books, long rows, CancellationToken stop)
    {
        // By time, so that there is something to see; the last stretch by what is left of it.
        var (now, rate) = (Rows(books), 50_000.0);
        while (now < rows)
        {
            var seconds = Math.Clamp((rows - now) / rate, 0.5, Stretch.TotalSeconds);
            rate = (await Load.Drive(Callers(books), TimeSpan.FromSeconds(seconds), stop)).Value;
            now = Rows(books);
            var left = TimeSpan.FromSeconds(Math.Max(0, rows - now) / rate);
            Report.Line($"growing: {now:N0} of {rows:N0} rows, {rate:N0}/s, {left:h\\:mm\\:ss} to go");
        }
    }

    static List<ICaller> Callers(Books books) => [.. Enumerable.Range(0, Bulk.Several).Select(number => Bulk.CallerOf(books, number))];

    static long Rows(Books books) => books.Journal.State!.Head.LastRow;

    static string Mark(long? rows) => string.Create(CultureInfo.InvariantCulture, $"{(rows ?? Accounts) / 1_000_000.0:0.#}M");

    static async Task<long> Size(NpgsqlDataSource source, CancellationToken stop)
    {
        await using var command = source.CreateCommand("select sum(pg_database_size(oid))::bigint from pg_database");
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }
}
