using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Writing;

/// <summary>Positions that a batch writes down.</summary>
/// <param name="Snapshots">Kept for ever, to find a balance at a time in the past; saved as well.</param>
/// <param name="Saved">Only saved, until it is said again.</param>
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
/// start, which replays from the checkpoint: it comes after so many rows of the journal, and costs far less. An account is unsaved from its first row that
/// this process has not saved. What another process saves is not known here, so it stays unsaved: the checkpoint is never too far, at worst it comes later. A
/// start counts an account's rows from where it was saved, so a snapshot after it may come up to a hundred rows late.
/// What is saved is appended. An account that rests is saved again once most of what lies behind it was said again, so that it can be dropped.
/// </remarks>
sealed class Snapshots(LedgerOptions options)
{
    readonly Queue<(Account Account, long Row, DateTimeOffset At)> dirty = new();
    readonly Queue<(Account Account, long Row, long Batch)> unsaved = new();
    readonly Queue<(Account Account, long Batch)> saved = new();
    long checkpoint;

    /// <summary>Where a loaded state begins.</summary>
    public void Start(LedgerState state, long loadedCheckpoint)
    {
        dirty.Clear();
        unsaved.Clear();
        saved.Clear();
        checkpoint = loadedCheckpoint;
        foreach (var account in state.Accounts)
            Mark(account, checkpoint + 1, state.Head.Number, state.Head.RecordedAt);
        foreach (var account in state.Accounts.Where(a => a.Now.SavedIn > 0).OrderBy(a => a.Now.SavedIn))
            saved.Enqueue((account, account.Now.SavedIn));
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
        var chosen = new List<(Account, Position)>();
        foreach (var (account, row, _) in unsaved)
        {
            if (chosen.Count >= limit || draft.NextRow - row < options.CheckpointRows / 2)
                break;
            if (account.UnsavedFrom == row && draft.PositionOf(account).IsUnsaved)
                Take(account);
        }

        // No more than was saved twice: moving one on makes room for one.
        var surplus = saved.Count - MostSaved(draft.State);
        foreach (var (account, batch) in saved)
        {
            if (surplus-- <= 0 || chosen.Count >= limit)
                break;
            if (account.Now.SavedIn == batch && draft.PositionOf(account).SavedIn == batch)
                Take(account);
        }

        return chosen;

        void Take(Account account)
        {
            chosen.Add((account, draft.PositionOf(account)));
            draft.MarkSaved(account);
        }
    }

    static int MostSaved(LedgerState state) => (2 * state.Accounts.Count) + 8;

    /// <summary>The checkpoint that may be written with the next batch; null while it is not worth a row.</summary>
    public Checkpoint? NextCheckpoint(LedgerState state)
    {
        ForgetWritten();
        var reached = unsaved.TryPeek(out var oldest) ? oldest.Row - 1 : state.Head.LastRow;
        if (reached - checkpoint < options.CheckpointRows / 10 && (reached <= checkpoint || unsaved.Count > 0))
            return null;
        // What another process has saved of an account that is unsaved here is not known, but it was not before the account was touched.
        var lowest = saved.TryPeek(out var first) ? first.Batch : state.Head.Number;
        return new Checkpoint(reached, unsaved.Count > 0 ? Math.Min(lowest, oldest.Batch) : lowest);
    }

    /// <summary>Whether an account waits for its snapshot only because nothing happens.</summary>
    public bool IsDue(DateTimeOffset time)
    {
        ForgetWritten();
        return dirty.TryPeek(out var oldest) && time - oldest.At >= options.SnapshotAge;
    }

    /// <summary>Those that were written since they were marked, and those that were saved again since.</summary>
    void ForgetWritten()
    {
        while (dirty.TryPeek(out var first) && first.Account.DirtyFrom != first.Row)
            dirty.Dequeue();
        while (unsaved.TryPeek(out var first) && first.Account.UnsavedFrom != first.Row)
            unsaved.Dequeue();
        while (saved.TryPeek(out var first) && first.Account.Now.SavedIn != first.Batch)
            saved.Dequeue();
    }

    /// <summary>Notes what a committed batch of this process has touched and written.</summary>
    public void Committed(IReadOnlyList<Account> touched, ChosenPositions written, in BatchHeader header, Checkpoint? reached)
    {
        foreach (var (account, _) in written.Snapshots)
        {
            account.DirtyFrom = account.UnsavedFrom = 0;
            saved.Enqueue((account, header.Number));
        }

        foreach (var (account, _) in written.Saved)
        {
            account.UnsavedFrom = 0;
            saved.Enqueue((account, header.Number));
        }

        foreach (var account in touched)
            Mark(account, header.FirstRow, header.Number, header.RecordedAt);
        checkpoint = reached?.Row ?? checkpoint;
    }

    /// <summary>Notes what a batch of another process has touched.</summary>
    public void Followed(IReadOnlyList<Account> touched, in BatchHeader header)
    {
        foreach (var account in touched)
        {
            // The other process has most likely written the snapshots that were due.
            account.Now.Events = Math.Max(1, account.Now.Events % options.SnapshotEvents);
            Mark(account, header.FirstRow, header.Number, header.RecordedAt);
        }
    }

    void Mark(Account account, long row, long batch, DateTimeOffset at)
    {
        if (account.Now.Events > 0 && account.DirtyFrom == 0)
        {
            account.DirtyFrom = row;
            dirty.Enqueue((account, row, at));
        }

        if (account.Now.IsUnsaved && account.UnsavedFrom == 0)
        {
            account.UnsavedFrom = row;
            unsaved.Enqueue((account, row, batch));
        }
    }
}
