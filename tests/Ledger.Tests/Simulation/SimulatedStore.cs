using Hazina.Ledger.Decisions;
using Hazina.Ledger.Writing;

namespace Hazina.Ledger.Tests.Simulation;

/// <summary>One process's session with the <see cref="SimulatedJournal"/>; it fails on purpose.</summary>
sealed class SimulatedStore(SimulatedJournal journal, Faults faults, Lies? lies = null) : IJournalStore
{
    readonly Lies lies = lies ?? Lies.None;
    int? session;
    bool inTransaction;
    bool keepsTurn;
    SimulatedBatch? written;

    public (LedgerState State, long Checkpoint) Load()
    {
        Reach(isInTransaction: false);
        return journal.Tables.Load(journal.Head, lies.CheckpointAhead, lies.SavedDroppedAhead);
    }

    public BatchStart Begin(bool keepTurn)
    {
        Reach(isInTransaction: false);
        TakeTurn();
        inTransaction = true;
        keepsTurn |= keepTurn;
        return new BatchStart(journal.Clock, journal.Head.Number, journal.Head.Hash);
    }

    public IEnumerable<StoredBatch> ReadAfter(long number)
    {
        for (var next = number + 1; ReadOne(next) is { } batch; next++)
            yield return batch;
    }

    StoredBatch? ReadOne(long number)
    {
        Reach(inTransaction);
        return journal.Read(number);
    }

    public Lookup LookUp(LookupRequest request, LedgerState state)
    {
        Reach(isInTransaction: true);
        return lies.KnowsNoIds ? new Lookup() : journal.Tables.LookUp(request);
    }

    public IReadOnlyList<Guid> IdsBetween(Guid floor, Guid ceiling, int most)
    {
        Reach(isInTransaction: true);
        var tables = journal.Tables;
        return
        [
            .. tables
                .Transactions.Keys.Concat(tables.Refusals.Keys)
                .Concat(tables.Bulks.Keys)
                .Concat(tables.Reservations.Keys)
                .Where(id => id.CompareTo(floor) > 0 && id.CompareTo(ceiling) < 0)
                .OrderDescending()
                .Take(most),
        ];
    }

    public bool HasAttempt(Guid attempt)
    {
        Reach(isInTransaction: true);
        return journal.Batches.Any(b => b.Header.Attempt == attempt) || lies.FindsEveryAttempt;
    }

    /// <remarks>The batch itself brings them all.</remarks>
    public void Append(List<JournalRow> rows) => Reach(isInTransaction: true);

    public void Write(BatchContents batch)
    {
        Reach(isInTransaction: true);
        try
        {
            SimulatedModule.Run(batch.Alongside, journal.Tables);
        }
        catch (BatchRejectedException)
        {
            Rollback();
            throw;
        }

        var head = journal.Head;
        var follows =
            head.Number == batch.Header.Number - 1
            && head.Hash.AsSpan().SequenceEqual(batch.PreviousHash)
            && head.LastRow == batch.Header.FirstRow - 1;
        if (!follows && !lies.SkipsHeadGuard)
        {
            Rollback();
            throw new HistoryDivergedException();
        }

        written = SimulatedBatch.Of(batch);
    }

    public bool Commit()
    {
        if (faults.Happens(faults.Interleaved))
            faults.LetOthersRun(this);
        var batch = written!;
        if (!IsConnected || !inTransaction)
            return Drop();
        if (lies.SkipsFurtherCommits && batch.Rows.Count == 0 && batch.Refusals.Count == 0)
        {
            Rollback();
            return true;
        }

        if (batch.Alongside.Count > 0 && faults.Happens(faults.RefusedAtCommit))
        {
            Drop();
            throw new BatchRejectedException(RejectedBecause.Faulty, []);
        }

        if (faults.Happens(faults.InDoubt))
        {
            if (faults.Coin)
                journal.InFlight = batch;
            else if (faults.Coin)
                journal.Append(batch);
            return Drop() || lies.CallsDoubtSuccess;
        }

        if (lies.ForgetsCommits && faults.Happens(Lies.Rate))
        {
            Rollback();
            return true;
        }

        var isWarned = faults.Happens(faults.Warned);
        batch.IsAcknowledged = !isWarned;
        journal.Append(batch);
        if (lies.CommitsTwice && faults.Happens(Lies.Rate))
            journal.Append(batch.Again());
        if (isWarned)
            return Drop();
        EndTransaction();
        if (lies.LosesTheTail && faults.Happens(Lies.Rate))
            journal.FailOver(1, isAsynchronous: true);
        if (faults.Happens(faults.Interleaved))
            faults.LetOthersRun(this);
        return true;
    }

    public void Rollback() => EndTransaction();

    public bool KeepsTurn => keepsTurn;

    public void ReleaseTurn()
    {
        if (!keepsTurn)
            return;
        keepsTurn = false;
        EndTransaction();
        if (faults.Happens(faults.Lost))
            throw Loss();
    }

    public void Dispose() => Drop();

    /// <summary>Another process has found this one silent for too long and ended its session.</summary>
    public void End() => Drop();

    bool IsConnected => session == journal.Primary;

    /// <summary>Every call goes through here: it may break the session, and others may run before it arrives.</summary>
    void Reach(bool isInTransaction)
    {
        if (faults.Happens(faults.Lost))
            throw Loss();
        if (faults.Happens(faults.Interleaved))
            faults.LetOthersRun(this);
        if (isInTransaction ? !IsConnected || !inTransaction : session is not null && !IsConnected)
            throw Loss();
        session ??= journal.Primary;
    }

    void TakeTurn()
    {
        if (journal.InFlight is { } batch)
        {
            journal.InFlight = null;
            journal.Append(batch);
        }

        if (journal.Holder is { } holder && holder != this)
        {
            if (faults.Coin)
                throw Loss(); // waited too long
            if (!lies.SharesTurn)
                holder.End();
        }

        journal.Holder = this;
    }

    void EndTransaction()
    {
        inTransaction = false;
        written = null;
        if (!keepsTurn && journal.Holder == this)
            journal.Holder = null;
    }

    StoreLostException Loss()
    {
        Drop();
        return new StoreLostException("The session was lost.");
    }

    bool Drop()
    {
        session = null;
        keepsTurn = false;
        EndTransaction();
        return false;
    }
}

/// <summary>Ways of taking a rule away, to show that the simulation notices.</summary>
sealed record Lies
{
    /// <summary>How often a store lies that does not always, in a thousand commits.</summary>
    public const int Rate = 100;

    public static Lies None { get; } = new();

    /// <summary>Some commits are acknowledged that never happened.</summary>
    public bool ForgetsCommits { get; init; }

    /// <summary>Some commits happen twice, the second time as the next batch.</summary>
    public bool CommitsTwice { get; init; }

    /// <summary>Some batches are lost in a failover though they were acknowledged.</summary>
    public bool LosesTheTail { get; init; }

    /// <summary>The batch row is inserted whatever the journal's head is.</summary>
    public bool SkipsHeadGuard { get; init; }

    /// <summary>The turn is no turn: several have it at once.</summary>
    public bool SharesTurn { get; init; }

    /// <summary>The further commit after a doubt never reaches the journal.</summary>
    public bool SkipsFurtherCommits { get; init; }

    /// <summary>A commit in doubt is reported as done.</summary>
    public bool CallsDoubtSuccess { get; init; }

    /// <summary>Every attempt in doubt is found.</summary>
    public bool FindsEveryAttempt { get; init; }

    /// <summary>No id is ever looked up.</summary>
    public bool KnowsNoIds { get; init; }

    /// <summary>The checkpoint says that more rows are in what is saved than are.</summary>
    public long CheckpointAhead { get; init; }

    /// <summary>What so many batches more have saved is dropped.</summary>
    public long SavedDroppedAhead { get; init; }
}
