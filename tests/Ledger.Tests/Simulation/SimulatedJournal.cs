using System.Security.Cryptography;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Writing;
using Hazina.Testing;

namespace Hazina.Ledger.Tests.Simulation;

/// <summary>The database of the simulation: batches, what follows from them, and whose turn it is.</summary>
sealed class SimulatedJournal(ManualTime time)
{
    static readonly BatchHead Genesis = new(0, SHA256.HashData("genesis"u8), 0, Given.Start.AddYears(-1));

    readonly List<SimulatedBatch> batches = [];
    LedgerState known = new() { Head = Genesis };

    public ManualTime Time => time;

    public IReadOnlyList<SimulatedBatch> Batches => batches;

    public SimulatedTables Tables { get; private set; } = new();

    public BatchHead Head => batches.Count == 0 ? Genesis : batches[^1].Head;

    /// <summary>Who has the turn.</summary>
    public SimulatedStore? Holder { get; set; }

    /// <summary>Which primary this is; sessions with an earlier one are gone.</summary>
    public int Primary { get; private set; }

    /// <summary>A COMMIT whose session is gone and that the server has not finished; it keeps the turn until it has.</summary>
    public SimulatedBatch? InFlight { get; set; }

    /// <summary>How far the database's clock is ahead of the processes'.</summary>
    public TimeSpan ClockOffset { get; set; }

    public DateTimeOffset Clock => time.GetUtcNow() + ClockOffset;

    public void Append(SimulatedBatch batch)
    {
        batches.Add(batch);
        Tables.Apply(batch);
        if (batch.IsAcknowledged)
        {
            // The standby follows one log: who has this batch has those before it.
            for (var i = batches.Count - 2; i >= 0 && !batches[i].IsAcknowledged; i--)
                batches[i].IsAcknowledged = true;
        }
    }

    public StoredBatch? Read(long number) => number >= 1 && number <= batches.Count ? batches[(int)number - 1].Stored : null;

    /// <summary>The standby takes over. It lacks some of what nobody was told, or, where it followed asynchronously, of anything.</summary>
    public int FailOver(int losing, bool isAsynchronous)
    {
        Primary++;
        Holder = null;
        InFlight = null;
        var lost = 0;
        while (lost < losing && batches.Count > 0 && (isAsynchronous || !batches[^1].IsAcknowledged))
        {
            batches.RemoveAt(batches.Count - 1);
            lost++;
        }

        if (lost > 0)
        {
            var doubled = Tables.Doubled;
            Tables = new SimulatedTables();
            Tables.Doubled.AddRange(doubled);
            foreach (var batch in batches)
                Tables.Apply(batch);
        }

        return lost;
    }

    /// <summary>The state that the journal alone gives, from its first row.</summary>
    public LedgerState Replayed()
    {
        var state = new LedgerState { Head = Genesis };
        Replay(state);
        return state;
    }

    /// <summary>The same, kept from call to call: for those who only want to know accounts by their number.</summary>
    public LedgerState Known
    {
        get
        {
            if (known.Head.Number > batches.Count || (known.Head.Number > 0 && batches[(int)known.Head.Number - 1].Hash != known.Head.Hash))
                known = new LedgerState { Head = Genesis };
            Replay(known);
            return known;
        }
    }

    void Replay(LedgerState state)
    {
        for (var next = (int)state.Head.Number; next < batches.Count; next++)
        {
            var draft = new Draft(state, batches[next].Header.RecordedAt);
            Replaying.Apply(draft, batches[next].Stored);
            draft.Publish(batches[next].Head);
        }
    }
}
