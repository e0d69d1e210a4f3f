using System.Diagnostics;
using System.Globalization;

namespace Hazina.Bench.Accounts;

/// <summary>What is measured in the town, one after the other; each several times, after a time that warms it up.</summary>
sealed class AccountsFigures(AccountsTown town, Neighbours neighbours, int runs, TimeSpan time, string rows, CancellationToken stop)
{
    public const int StatementEntries = 100_000;

    const int Pages = 500,
        LongPages = 30,
        Middle = StatementEntries / 2,
        Readers = 64,
        InMemoryReaders = 2;

    static readonly TimeSpan HeapLook = TimeSpan.FromMilliseconds(5);

    readonly List<Figure> all = [];

    public async Task<IReadOnlyList<Figure>> Measure()
    {
        await OfAnybody();
        await OfTheBusyOne();
        await Balances();
        await Statements();
        return all;
    }

    async Task OfAnybody()
    {
        await Page("page", $"first pages of accounts drawn at random, {rows} rows", town.Any, "");
        await Page("page-type", "of one type", town.Any, "&type=deposit");
        await Page("page-status", "of one status, which is rare", town.Any, "&status=failed");
        var from = DateTimeOffset.UtcNow.AddDays(-395);
        await Page("page-time", "of a month, a year ago", town.Any, $"&from={Text(from)}&until={Text(from.AddDays(30))}");
        await Page("page-amount", "of one amount", town.Any, "&amount_from=500&amount_to=500");
        await Page("page-text", "with words that are nowhere", town.Any, "&text=nothing%20of%20the%20kind");
        await Get("spending", "spending of six months by category", Pages, () => $"/v1/accounts/{town.Any()}/spending");
    }

    async Task OfTheBusyOne()
    {
        Guid Busy() => town.Busy;
        await Page("page-busy", $"first page of an account with {StatementEntries:N0} entries", Busy, "");
        await Page("page-busy-amount", "of an amount that is nowhere in it", Busy, "&amount_from=0.5&amount_to=0.7", LongPages);
        await Page("page-busy-text", "with words that are nowhere in it", Busy, "&text=nothing%20of%20the%20kind", LongPages);
        var middle = await town.Middle(Middle, stop);
        await Page("page-middle", "a page in the middle of it, by its cursor", Busy, $"&starting_after={middle}");
        await using var peer = town.ByOffset(Middle);
        await Add("page-offset", "PostgreSQL", "the same rows by offset, without a server", 1, "ms", () => Pace(LongPages, peer.First));
        await Get("spending-busy", "spending of the busy account", LongPages, () => $"/v1/accounts/{town.Busy}/spending");
    }

    async Task Balances()
    {
        await Add(
            "balance",
            "Hazina",
            "balances, in the process",
            InMemoryReaders,
            "reads/s",
            () => Drive(town.InProcess(InMemoryReaders))
        );
        await Add(
            "balance-sql",
            "PostgreSQL",
            "a balance that is a column, by a prepared statement",
            InMemoryReaders,
            "reads/s",
            () => Drive(town.BySql(InMemoryReaders))
        );
        await Add("balance-http", "Hazina", "balances, over HTTP in a session", Readers, "reads/s", () => Drive(town.OverHttp(Readers)));
    }

    async Task Statements()
    {
        var heap = new List<Run>();
        await Add("statement", $"a statement of {StatementEntries:N0} entries made", () => town.MakeStatement(stop));
        foreach (var format in new[] { "csv", "camt053", "html" })
            await Add($"statement-{format}", $"and its file written: {format}", () => town.ReadStatement(format, StatementEntries, stop));
        all.Add(new("statement-memory", "Hazina", "managed memory at most, above what was there", 1, heap, "MB"));

        async Task Add(string name, string what, Func<Task> once) =>
            await this.Add(
                name,
                "Hazina",
                what,
                1,
                "s",
                async () =>
                {
                    var start = Stopwatch.GetTimestamp();
                    heap.Add(await Heap(once));
                    return new Run(Stopwatch.GetElapsedTime(start).TotalSeconds);
                }
            );
    }

    /// <summary>Garbage that nobody has collected yet counts, too.</summary>
    async Task<Run> Heap(Func<Task> work)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = before;
        var working = work();
        while (!working.IsCompleted)
        {
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false));
            await Task.WhenAny(working, Task.Delay(HeapLook, stop));
        }

        await working;
        return new Run((most - before) / 1e6);
    }

    Task Page(string name, string what, Func<Guid> account, string filter, int times = Pages) =>
        Get(name, what, times, () => $"/v1/accounts/{account()}/activity?limit=50{filter}");

    Task Get(string name, string what, int times, Func<string> path) =>
        Add(name, "Hazina", $"{what}, over HTTP", 1, "ms", () => Pace(times, () => town.Get(path(), stop)));

    async Task Add(string name, string system, string what, int callers, string unit, Func<Task<Run>> once)
    {
        await once();
        var measured = new List<Run>();
        for (var i = 0; i < runs; i++)
        {
            neighbours.Begin();
            measured.Add(await once() with { Others = neighbours.End() });
            Report.Line($"{name}, {unit}", measured[^1]);
        }

        all.Add(new Figure(name, system, what, callers, measured, unit));
    }

    async Task<Run> Drive(IReadOnlyList<ICaller> callers)
    {
        try
        {
            return await Load.Drive(callers, time, stop);
        }
        finally
        {
            foreach (var caller in callers)
                await caller.DisposeAsync();
        }
    }

    /// <summary>One after the other; told is the median.</summary>
    static async Task<Run> Pace<T>(int times, Func<Task<T>> once)
    {
        var latencies = new List<long>(times);
        for (var i = 0; i < times; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await once();
            latencies.Add(Stopwatch.GetTimestamp() - start);
        }

        var run = Run.Of(1, 0, latencies);
        return run with { Value = run.P50 };
    }

    static string Text(DateTimeOffset time) =>
        Uri.EscapeDataString(time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}
