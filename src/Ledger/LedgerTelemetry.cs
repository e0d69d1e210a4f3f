using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Hazina.Ledger;

/// <summary>What the ledger tells of itself while it runs, under the name <c>Hazina.Ledger</c>.</summary>
static class LedgerTelemetry
{
    public static readonly ActivitySource Activities = new("Hazina.Ledger");

    static readonly Meter Meter = new("Hazina.Ledger");
    static readonly Counter<long> Outcomes = Meter.CreateCounter<long>(
        "hazina.ledger.outcomes",
        "{posting}",
        "Postings answered, by outcome"
    );
    static readonly Histogram<int> BatchRows = Meter.CreateHistogram<int>(
        "hazina.ledger.batch.rows",
        "{row}",
        "Rows that one commit wrote"
    );
    static readonly Histogram<double> CommitTime = Meter.CreateHistogram<double>(
        "hazina.ledger.batch.duration",
        "s",
        "From the first of its postings being decided to the commit being known"
    );

    /// <summary>A batch was committed.</summary>
    public static void Committed(long batch, int rows, TimeSpan took, TimeProvider clock)
    {
        using var activity = Activities.StartActivity(
            "ledger.batch",
            ActivityKind.Internal,
            parentContext: default,
            startTime: clock.GetUtcNow() - took
        );
        activity?.SetTag("hazina.batch", batch).SetTag("hazina.rows", rows);
        BatchRows.Record(rows);
        CommitTime.Record(took.TotalSeconds);
    }

    /// <summary>Postings were answered.</summary>
    public static void Answered(OutcomeStatus status, bool replayed, int count) =>
        Outcomes.Add(count, new("outcome", status.ToString().ToLowerInvariant()), new("replayed", replayed));

    /// <summary>Watches a queue for as long as the process runs.</summary>
    public static void Watch(Func<int> waiting) =>
        Meter.CreateObservableGauge("hazina.ledger.queue", waiting, "{posting}", "Postings that wait for the writer");
}
