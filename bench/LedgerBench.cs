using System.CommandLine;
using Hazina.Bench.Peers;
using Npgsql;

namespace Hazina.Bench;

/// <summary>
/// <c>bench ledger</c>: the ledger and its peers, one after the other on one private durable server, several times round, so that what
/// drifts on the machine drifts for all.
/// </summary>
static class LedgerBench
{
    /// <summary>In the order in which they are run; a new workload is a file, and a line here.</summary>
    static IReadOnlyList<Workload> Workloads() =>
        [
            new Copy(),
            new RowLock(),
            new Atomic(),
            new Batched(),
            new RowLock(hot: true),
            new Atomic(hot: true),
            new Batched(hot: true),
            new Bulk(),
            new Bulk(hot: true),
            new Singles(),
            new Reservations(),
            new TwoProcesses(),
        ];

    static readonly Ratio[] Ratios =
    [
        new("bulk/row-lock", "bulk", "row-lock", Goal: 30),
        new("bulk/atomic", "bulk", "atomic"),
        new("bulk/batched", "bulk", "batched", Goal: 10),
        new("bulk/copy", "bulk", "copy", Goal: 0.5),
        new("hot/uniform", "hot", "bulk", Goal: 0.9),
        new("hot/row-lock", "hot", "row-lock-hot"),
        new("hot/atomic", "hot", "atomic-hot"),
        new("hot/batched", "hot", "batched-hot"),
        new("singles/row-lock", "singles", "row-lock", Goal: 4),
        new("singles/atomic", "singles", "atomic"),
        new("reservations/plain", "reservations", "bulk", Goal: 0.6),
        new("two-process/one-process", "two-process", "bulk", Goal: 0.7),
        new("batched/row-lock", "batched", "row-lock"),
    ];

    public static Command Command(string[] arguments)
    {
        var json = new Option<FileInfo?>("--json") { Description = "Writes the figures there, for machines." };
        var runs = new Option<int>("--runs")
        {
            Description = "How often each workload is run; medians are told.",
            DefaultValueFactory = _ => 3,
        };
        var seconds = new Option<double>("--seconds") { Description = "How long a run takes.", DefaultValueFactory = _ => 5 };
        var only = new Option<string[]>("--only") { Description = "Runs only these workloads.", AllowMultipleArgumentsPerToken = true };
        var rows = new Option<long?>("--rows") { Description = "Measures instead whether cost grows until the journal has so many rows." };
        rows.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long?>() < LedgerGrowth.FewestRows)
                result.AddError($"--rows is at least {LedgerGrowth.FewestRows}.");
        });
        only.AcceptOnlyFromAmong([.. Workloads().Select(workload => workload.Name)]);
        AtLeast(runs, 1);
        AtLeast(seconds, 0.1);

        var command = new Command("ledger", "Transfers between 10,000 accounts: Hazina, and SQL ledgers at their best.")
        {
            json,
            runs,
            seconds,
            only,
            rows,
        };
        command.SetAction(
            async (parsed, stop) =>
            {
                var names = parsed.GetValue(only) ?? [];
                var chosen = Workloads().Where(workload => names.Length == 0 || names.Contains(workload.Name)).ToList();
                var how = "./hazina bench " + string.Join(' ', arguments);
                var (times, time) = (parsed.GetValue(runs), TimeSpan.FromSeconds(parsed.GetValue(seconds)));
                var (figures, ratios) = parsed.GetValue(rows) is { } many
                    ? (await LedgerGrowth.Measure(many, times, time, how, stop), LedgerGrowth.Ratios(many))
                    : (await Measure(chosen, times, time, how, stop), Ratios);
                Report.End(figures, ratios);
                if (parsed.GetValue(json) is { } file)
                    await File.WriteAllTextAsync(file.FullName, figures.ToJson(ratios), stop);
                return 0;
            }
        );
        return command;
    }

    static async Task<Figures> Measure(IReadOnlyList<Workload> workloads, int runs, TimeSpan time, string command, CancellationToken stop)
    {
        await using var server = await BenchServer.Start(stop);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        var machine = await Machine.Look(source, server.Folder, stop);
        if (!machine.IsDurable)
            throw new InvalidOperationException("The server is not durable; its figures would mean nothing.");
        Report.Begin("ledger", machine);

        var neighbours = new Neighbours(server.ProcessId);
        var results = workloads.ToDictionary(workload => workload, _ => new List<Run>());
        var acknowledged = workloads.ToDictionary(workload => workload, _ => 0L);
        try
        {
            foreach (var workload in workloads)
                await workload.Prepare(server.ConnectionString, stop);

            // Round 0 warms plans, caches and compiled code up; it is not told.
            for (var round = 0; round <= runs; round++)
            {
                foreach (var workload in workloads)
                {
                    await Settle(source, stop);
                    var run = await RunOnce(workload, round == 0 ? time / 3 : time, neighbours, stop);
                    acknowledged[workload] += run.Transfers;
                    Report.Line(round == 0 ? "warming" : $"{round}/{runs}", workload, run);
                    if (round > 0)
                        results[workload].Add(run);
                }
            }

            foreach (var workload in workloads)
                await workload.Check(acknowledged[workload], stop);
        }
        finally
        {
            foreach (var workload in workloads)
                await workload.DisposeAsync();
        }

        var all = workloads.Select(workload => new Figure(
            workload.Name,
            workload.System,
            workload.What,
            workload.Callers,
            results[workload]
        ));
        return new Figures("ledger", command, machine, [.. all]);
    }

    static async Task<Run> RunOnce(Workload workload, TimeSpan time, Neighbours neighbours, CancellationToken stop)
    {
        var callers = new List<ICaller>();
        try
        {
            await workload.Begin(stop);
            for (var number = 0; number < workload.Callers; number++)
                callers.Add(await workload.Connect(number, stop));
            neighbours.Begin();
            var run = await workload.Drive(callers, time, stop);
            return run with { Others = neighbours.End() };
        }
        finally
        {
            foreach (var caller in callers)
                await caller.DisposeAsync();
            await workload.End();
        }
    }

    /// <summary>Nobody pays for the pages that the one before left dirty.</summary>
    static async Task Settle(NpgsqlDataSource source, CancellationToken stop)
    {
        await using var command = source.CreateCommand("checkpoint");
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(stop);
    }

    static void AtLeast<T>(Option<T> option, T least)
        where T : IComparable<T> =>
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<T>() is { } value && value.CompareTo(least) < 0)
                result.AddError($"{option.Name} is at least {least}.");
        });
}
