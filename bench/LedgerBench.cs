using System.CommandLine;
using Hazina.Bench.Growth;
using Hazina.Bench.Http;
using Hazina.Bench.Peers;

namespace Hazina.Bench;

/// <summary><c>bench ledger</c>: the ledger and its peers, or with <c>--rows</c> the ledger as it grows.</summary>
static class LedgerBench
{
    /// <summary>In the order in which they are run; a new workload is a file, and a line here.</summary>
    public static IReadOnlyList<Workload> Workloads() =>
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
            new HalfRate(),
            new Reservations(),
            new TwoProcesses(),
            new RowLockOverHttp("http-row-lock", "row-lock behind a minimal endpoint; 64 callers", 64),
            new RowLockOverHttp("http-row-lock-512", "the same, 512 callers", 512),
            new RowLockOverHttp("http-row-lock-hot", "the same, 64 callers into one account", 64, hot: true),
            new PostingsOverHttp("http", "the whole server; 64 callers with one posting a request", 64),
            new PostingsOverHttp("http-512", "the same, 512 callers", 512),
            new PostingsOverHttp("http-hot", "the same, 64 callers into one account", 64, hot: true),
            new PostingsOverHttp("http-bulk", $"the whole server; four callers with {Bulk.Size:N0} a request", Bulk.Several, Bulk.Size),
            new Gate("gate", "the whole server; 64 callers with a call that does nothing, by nobody", "nobody"),
            new Gate("gate-key", "the same, with a key", "key"),
            new Gate("gate-session", "the same, in a session", "session"),
        ];

    static readonly Target[] Targets =
    [
        Target.AtLeast("bulk", 150_000),
        Target.Ratio("bulk/row-lock", "bulk", "row-lock", goal: 30),
        Target.Ratio("bulk/atomic", "bulk", "atomic"),
        Target.Ratio("bulk/batched", "bulk", "batched", goal: 10),
        Target.Ratio("bulk/copy", "bulk", "copy", goal: 0.5),
        Target.Ratio("hot/uniform", "hot", "bulk", goal: 0.9),
        Target.Ratio("hot/row-lock", "hot", "row-lock-hot"),
        Target.Ratio("hot/atomic", "hot", "atomic-hot"),
        Target.Ratio("hot/batched", "hot", "batched-hot"),
        Target.AtLeast("singles", 20_000),
        Target.Ratio("singles/row-lock", "singles", "row-lock", goal: 4),
        Target.Ratio("singles/atomic", "singles", "atomic"),
        Target.P99AtMost("half-rate", 25),
        Target.Ratio("reservations/plain", "reservations", "bulk", goal: 0.6),
        Target.Ratio("two-process/one-process", "two-process", "bulk", goal: 0.7),
        Target.Ratio("http/row-lock", "http", "http-row-lock", goal: 3),
        Target.Quicker("http/row-lock", "http", "http-row-lock", goal: 1),
        Target.Ratio("http-512/row-lock", "http-512", "http-row-lock-512", goal: 5),
        Target.Quicker("http-512/row-lock", "http-512", "http-row-lock-512", goal: 1),
        Target.Ratio("http-hot/row-lock", "http-hot", "http-row-lock-hot", goal: 10),
        Target.Quicker("http-hot/row-lock", "http-hot", "http-row-lock-hot", goal: 1),
        Target.Ratio("http-bulk/row-lock", "http-bulk", "http-row-lock"),
        Target.Ratio("http-bulk/bulk", "http-bulk", "bulk"),
        Target.Ratio("gate-key/gate", "gate-key", "gate", goal: 0.85),
        Target.Ratio("gate-session/gate", "gate-session", "gate", goal: 0.85),
        Target.Ratio("batched/row-lock", "batched", "row-lock"),
    ];

    public static Command Command(string[] arguments)
    {
        var workloads = Workloads();
        var json = new Option<FileInfo?>("--json") { Description = "Write the figures there, for machines", HelpName = "FILE" };
        var runs = new Option<int>("--runs")
        {
            Description = "How often each workload is run; medians are told",
            HelpName = "N",
            DefaultValueFactory = _ => 3,
        };
        var seconds = new Option<double>("--seconds")
        {
            Description = "How long a run takes",
            HelpName = "N",
            DefaultValueFactory = _ => 5,
        };
        var only = new Option<string[]>("--only")
        {
            Description = "Run only these workloads",
            HelpName = "NAME …",
            AllowMultipleArgumentsPerToken = true,
        };
        var rows = new Option<long?>("--rows")
        {
            Description = "Measure instead whether cost grows until the journal has so many rows",
            HelpName = "N",
        };
        rows.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long?>() < LedgerGrowth.FewestRows)
                result.AddError($"--rows is at least {LedgerGrowth.FewestRows}.");
        });
        only.Validators.Add(result =>
        {
            foreach (var name in result.Tokens.Select(token => token.Value).Except(workloads.Select(workload => workload.Name)))
                result.AddError($"There is no workload {name}. There are: {string.Join(", ", workloads.Select(w => w.Name))}.");
        });
        AtLeast(runs, 1);
        AtLeast(seconds, 0.1);

        var command = new Command("ledger", "Transfers between accounts: Hazina's ledger, and SQL ledgers at their best")
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
                var chosen = workloads.Where(workload => names.Length == 0 || names.Contains(workload.Name)).ToList();
                var how = "./hazina bench " + string.Join(' ', arguments);
                var (times, time) = (parsed.GetValue(runs), TimeSpan.FromSeconds(parsed.GetValue(seconds)));
                var (figures, targets) = parsed.GetValue(rows) is { } many
                    ? (await LedgerGrowth.Measure(many, times, time, how, stop), LedgerGrowth.Targets(many))
                    : (await Rounds.Measure(chosen, times, time, how, stop), Targets);
                Report.End(figures, targets);
                if (parsed.GetValue(json) is { } file)
                    await File.WriteAllTextAsync(file.FullName, figures.ToJson(targets), stop);
                return 0;
            }
        );
        return command;
    }

    static void AtLeast<T>(Option<T> option, T least)
        where T : IComparable<T> =>
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<T>() is { } value && value.CompareTo(least) < 0)
                result.AddError($"{option.Name} is at least {least}.");
        });
}
