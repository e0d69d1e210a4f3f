using Hazina.Ledger.Tests.Model;
using Hazina.Ledger.Tests.Simulation;
using Hazina.Ledger.Writing;
using Hazina.Testing;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>Processes over a simulated journal, a step at a time, with the faults that a test wants.</summary>
sealed class OneProcess : IDisposable
{
    readonly List<SimulatedProcess> processes = [];
    int ids;

    public OneProcess(int seed = 0)
    {
        Journal = new SimulatedJournal(new ManualTime(Given.Start));
        Faults = new Faults(new Random(seed));
        First = Another();
    }

    public SimulatedJournal Journal { get; }

    public Faults Faults { get; }

    public SimulatedProcess First { get; }

    public SimulatedProcess Another(LedgerOptions? options = null)
    {
        var process = new SimulatedProcess(
            Journal,
            Faults,
            Lies.None,
            options ?? new LedgerOptions(),
            () => new Guid(0, 0, 0x7000, [0x80, 2, 0, 0, 0, 0, 0, 0]).Plus(++ids)
        );
        processes.Add(process);
        return process;
    }

    public Submission HandIn(params IReadOnlyList<Posting> postings)
    {
        var submission = new Submission(postings, null);
        Assert.True(First.TryHandIn(submission));
        return submission;
    }

    /// <summary>Hands in and steps until it is answered.</summary>
    public IReadOnlyList<Outcome> Post(params IReadOnlyList<Posting> postings) => Answer(HandIn(postings));

    /// <summary>Steps until it is answered.</summary>
    public IReadOnlyList<Outcome> Answer(Submission submission)
    {
        for (var steps = 0; !submission.Answered.IsCompleted; steps++)
        {
            Assert.True(steps < 20, "It stays unanswered.");
            First.Step();
        }

        return submission.Answered.Result;
    }

    public void Dispose() => processes.ForEach(p => p.Dispose());
}
