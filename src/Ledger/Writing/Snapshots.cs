using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Writing;

/// <summary>Positions that a batch writes down.</summary>
/// <param name="Snapshots">Kept for ever, to find a balance at a time in the past; saved as well.</param>
/// <param name="Saved">Saved in the table of accounts alone.</param>
sealed record ChosenPositions(
    IReadOnlyList<(Account Account, Position Position)> Snapshots,
    IReadOnlyList<(Account Account, Position Position)> Saved
)
{
    public bool IsEmpty => Snapshots.Count + Saved.Count == 0;
}

/// <summary>Which accounts get a snapshot in a batch, which are saved, and how far the checkpoint may follow.</summary>
/// <remarks>
/// A snapshot is for readers of the past, who walk from one: it comes after so many rows of its account, or so much time. Saving is for the next
/// start, which replays from the checkpoint: it comes after so many rows of the journal, and costs half. An account is unsaved from its first row that this
/// process has not saved. What another process saves is not known here, so it stays unsaved: the checkpoint is never too far, at worst it comes later. A
/// start counts an account's rows from where it was saved, so a snapshot after it may come up to a hundred rows late.
/// </remarks>
sealed class Snapshots(LedgerOptions options)
{
    readonly Queue<(Account Account, long Row, DateTimeOffset At)> dirty = new();
    readonly Queue<(Account Account, long Row)> unsaved = new();
    long checkpoint;

    /// <summary>Where a loaded state begins.</summary>
    public void Start(LedgerState state, long loadedCheckpoint)
    {
        dirty.Clear();
        unsaved.Clear();
        checkpoint = loadedCheckpoint;
        foreach (var account in state.Accounts)
            Mark(account, checkpoint + 1, state.Head.RecordedAt);
    }

    /// <summary>What a batch writes; the draft's positions count as written from here on.</summary>
    public ChosenPositions Choose(Draft draft)
    {
        ForgetWritten();
        var snapshots = new List<(Account, Position)>();
        for (var i = 0; i < draft.Touched.Count; i++)
        {
            var account = draft.Touched[i];
            var position = draft.PositionOf(account);
            if (
                (position.Events >= options.SnapshotEvents || position.Terms.ClosedAt is not null)
                && account.Number <= draft.State.Accounts.Count
            )
                Take(account);
        }

        foreach (var account in draft.Opened)
            draft.MarkSnapshotted(account); // its first row in the table is its first snapshot

        // Old ones, a bounded number a batch, so that nobody waits long for other people's. They stay marked until the batch is committed, for it may fail.
        // A row can make two of them.
        var limit = Math.Max(500, 2 * draft.Rows.Count);
        foreach (var (account, row, at) in dirty)
        {
            if (snapshots.Count >= limit || draft.Time - at < options.SnapshotAge)
                break;
            if (account.DirtyFrom == row && draft.PositionOf(account).Events > 0)
                Take(account);
        }

        return new ChosenPositions(snapshots, Save(draft, limit - snapshots.Count));

        void Take(Account account)
        {
            snapshots.Add((account, draft.PositionOf(account)));
            draft.MarkSnapshotted(account);
        }
    }

    List<(Account, Position)> Save(Draft draft, int limit)
    {
        var saved = new List<(Account, Position)>();
        foreach (var (account, row) in unsaved)
        {
            if (saved.Count >= limit || draft.NextRow - row < options.CheckpointRows / 2)
                break;
            if (account.UnsavedFrom != row || !draft.PositionOf(account).IsUnsaved)
                continue;
            saved.Add((account, draft.PositionOf(account)));
            draft.MarkSaved(account);
        }

        return saved;
    }

    /// <summary>The checkpoint that may be written with the next batch; null while it is not worth a row.</summary>
    public long? NextCheckpoint(LedgerState state)
    {
        ForgetWritten();
        var reached = unsaved.TryPeek(out var oldest) ? oldest.Row - 1 : state.Head.LastRow;
        return reached - checkpoint >= options.CheckpointRows / 10 || (reached > checkpoint && unsaved.Count == 0) ? reached : null;
    }

    /// <summary>Whether an account waits for its snapshot only because nothing happens.</summary>
    public bool IsDue(DateTimeOffset time)
    {
        ForgetWritten();
        return dirty.TryPeek(out var oldest) && time - oldest.At >= options.SnapshotAge;
    }

    /// <summary>Those that were written since they were marked.</summary>
    void ForgetWritten()
    {
        while (dirty.TryPeek(out var first) && first.Account.DirtyFrom != first.Row)
            dirty.Dequeue();
        while (unsaved.TryPeek(out var first) && first.Account.UnsavedFrom != first.Row)
            unsaved.Dequeue();
    }

    /// <summary>Notes what a committed batch of this process has touched and written.</summary>
    public void Committed(
        IReadOnlyList<Account> touched,
        IReadOnlyList<(Account Account, Position Position)> snapshots,
        IReadOnlyList<(Account Account, Position Position)> saved,
        long firstRow,
        long? written,
        DateTimeOffset at
    )
    {
        foreach (var (account, _) in snapshots)
            account.DirtyFrom = account.UnsavedFrom = 0;
        foreach (var (account, _) in saved)
            account.UnsavedFrom = 0;
        foreach (var account in touched)
            Mark(account, firstRow, at);
        checkpoint = written ?? checkpoint;
    }

    /// <summary>Notes what a batch of another process has touched.</summary>
    public void Followed(IReadOnlyList<Account> touched, long firstRow, DateTimeOffset at)
    {
        foreach (var account in touched)
        {
            // The other process has most likely written the snapshots that were due.
            account.Now.Events = Math.Max(1, account.Now.Events % options.SnapshotEvents);
            Mark(account, firstRow, at);
        }
    }

    void Mark(Account account, long row, DateTimeOffset at)
    {
        if (account.Now.Events > 0 && account.DirtyFrom == 0)
        {
            account.DirtyFrom = row;
            dirty.Enqueue((account, row, at));
        }

        if (account.Now.IsUnsaved && account.UnsavedFrom == 0)
        {
            account.UnsavedFrom = row;
            unsaved.Enqueue((account, row));
        }
    }
}
