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
        var command = BenchCommand.Of(
            "ledger",
            "Transfers between accounts: Hazina's ledger, and SQL ledgers at their best",
            Workloads(),
            Targets,
            arguments,
            (parsed, how, stop) =>
                parsed.Get(rows) is { } many
                    ? (LedgerGrowth.Measure(many, parsed.Runs, parsed.Time, how, stop), LedgerGrowth.Targets(many))
                    : null
        );
        command.Options.Add(rows);
        return command;
    }
}
