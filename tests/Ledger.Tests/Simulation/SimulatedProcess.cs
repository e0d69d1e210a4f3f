using Hazina.Ledger.Writing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hazina.Ledger.Tests.Simulation;

/// <summary>One server: a queue, a writer and its session. Steps as its thread would.</summary>
sealed class SimulatedProcess(SimulatedJournal journal, Faults faults, Lies lies, LedgerOptions options, Func<Guid> newId) : IDisposable
{
    readonly SubmissionQueue queue = new(10_000);
    readonly SimulatedStore store = new(journal, faults, lies);
    readonly Lane lane = new(thread: null);
    readonly Lane hashing = new(thread: null);
    Writer? writer;
    bool isRunning;

    public Writer Writer => writer ??= new Writer(store, queue, options, journal.Time, newId, NullLogger.Instance, lane, hashing);

    public SimulatedStore Store => store;

    public bool TryHandIn(Submission submission) => queue.TryAdd(submission);

    /// <summary>One round of the writer's thread; the session may be lost in it. Nothing happens where it is in the middle of one.</summary>
    public void Step()
    {
        if (isRunning)
            return;
        isRunning = true;
        try
        {
            if (Writer.State is null)
                Writer.Ready();
            if (!Writer.HasWork)
                Writer.Follow();
            Writer.RunTurn();
        }
        catch (StoreLostException)
        {
            // The thread waits a little and goes on.
        }
        finally
        {
            isRunning = false;
        }
    }

    public bool IsRunning => isRunning;

    /// <summary>Stopped by its operator: whoever still waits is told to come again.</summary>
    public void Stop()
    {
        Writer.Abandon();
        store.End();
    }

    /// <summary>Killed: nobody is told anything.</summary>
    public void Kill() => store.End();

    public void Dispose()
    {
        queue.Dispose();
        lane.Dispose();
        hashing.Dispose();
        store.Dispose();
    }
}
