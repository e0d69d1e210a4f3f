using Hazina.Ledger.Decisions;
using Hazina.Ledger.Tests.Simulation;
using Hazina.Ledger.Writing;
using Hazina.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hazina.Ledger.Tests.Model;

/// <summary>The pure core under a writer, over a journal in memory that never fails.</summary>
sealed class OneWriter : IDisposable
{
    readonly SubmissionQueue queue = new(100_000);
    readonly SimulatedStore store;
    readonly Lane lane = new(thread: null);
    readonly Lane hashing = new(thread: null);
    int ids;

    public OneWriter(LedgerOptions? options = null)
    {
        Journal = new SimulatedJournal(Time);
        store = new SimulatedStore(Journal, Faults.None);
        Writer = new Writer(
            store,
            queue,
            options ?? new LedgerOptions(),
            Time,
            () => new Guid(0, 0, 0x7000, [0x80, 1, 0, 0, 0, 0, 0, 0]).Plus(++ids),
            NullLogger.Instance,
            lane,
            hashing
        );
    }

    public ManualTime Time { get; } = new(Given.Start);

    public SimulatedJournal Journal { get; }

    public Writer Writer { get; }

    public LedgerState State => Writer.Ready();

    public IReadOnlyList<Outcome> Post(params IReadOnlyList<Posting> postings) => Answer(new Submission(postings, null))[0];

    public IReadOnlyList<Outcome> PostAll(Guid bulk, params IReadOnlyList<Posting> postings) => Answer(new Submission(postings, bulk))[0];

    /// <summary>Hands in several submissions before the writer takes any.</summary>
    public IReadOnlyList<IReadOnlyList<Outcome>> Answer(params IReadOnlyList<Submission> submissions)
    {
        foreach (var submission in submissions)
            Assert.True(queue.TryAdd(submission));
        for (var turns = 0; submissions.Any(s => !s.Answered.IsCompleted); turns++)
        {
            Assert.True(turns < 100, "The writer leaves something unanswered.");
            Writer.RunTurn();
        }

        return [.. submissions.Select(s => s.Answered.Result)];
    }

    public IReadOnlyList<Outcome> Play(Operation operation)
    {
        switch (operation)
        {
            case Send send:
                return Post(send.Postings);
            case SendAll all:
                return PostAll(all.Bulk, all.Postings);
            case Wait wait:
                Time.Advance(wait.Time);
                Writer.RunTurn();
                return [];
            default:
                throw new InvalidOperationException($"{operation}");
        }
    }

    public void Dispose()
    {
        queue.Dispose();
        lane.Dispose();
        hashing.Dispose();
        store.Dispose();
    }
}
