using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Writing;

/// <summary>Which accounts get a snapshot in a batch, and how far the checkpoint may follow.</summary>
/// <remarks>
/// An account is dirty from its first row that is in no snapshot of this process. What another process snapshots is not known here, so it
/// stays dirty: the checkpoint is never too far, at worst it comes later.
/// </remarks>
sealed class Snapshots(LedgerOptions options)
{
    readonly Queue<(Account Account, long Row, DateTimeOffset At)> dirty = new();
    readonly Dictionary<long, long> dirtyFrom = [];
    long checkpoint;

    /// <summary>Where a loaded state begins.</summary>
    public void Start(LedgerState state, long loadedCheckpoint)
    {
        dirty.Clear();
        dirtyFrom.Clear();
        checkpoint = loadedCheckpoint;
        foreach (var account in state.Accounts)
        {
            if (account.Now.Events > 0)
                MarkDirty(account, checkpoint + 1, state.Head.RecordedAt);
        }
    }

    /// <summary>The snapshots that a batch writes; the draft's positions count as snapshotted from here on.</summary>
    public IReadOnlyList<(Account Account, Position Position)> Choose(Draft draft)
    {
        var chosen = new List<(Account, Position)>();
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

        // Old ones, a bounded number a batch, so that nobody waits long for other people's snapshots.
        var limit = Math.Max(500, draft.Rows.Count);
        foreach (var (account, row, at) in dirty)
        {
            if (chosen.Count >= limit)
                break;
            if (dirtyFrom.GetValueOrDefault(account.Number) != row)
                continue;
            if (draft.Time - at < options.SnapshotAge && draft.NextRow - row < options.CheckpointRows / 2)
                break;
            // None left: taken above. It stays dirty until the batch is committed, for it may fail.
            if (draft.PositionOf(account).Events > 0)
                Take(account);
        }

        return chosen;

        void Take(Account account)
        {
            chosen.Add((account, draft.PositionOf(account)));
            draft.MarkSnapshotted(account);
        }
    }

    /// <summary>The checkpoint that may be written with the next batch; null while it is not worth a row.</summary>
    public long? NextCheckpoint(LedgerState state)
    {
        ForgetTaken();
        var reached = dirty.TryPeek(out var oldest) ? oldest.Row - 1 : state.Head.LastRow;
        return reached - checkpoint >= options.CheckpointRows / 10 || (reached > checkpoint && dirty.Count == 0) ? reached : null;
    }

    /// <summary>Whether an account waits for its snapshot only because nothing happens.</summary>
    public bool IsDue(DateTimeOffset time)
    {
        ForgetTaken();
        return dirty.TryPeek(out var first) && time - first.At >= options.SnapshotAge;
    }

    /// <summary>Those that got their snapshot since they became dirty.</summary>
    void ForgetTaken()
    {
        while (dirty.TryPeek(out var first) && dirtyFrom.GetValueOrDefault(first.Account.Number) != first.Row)
            dirty.Dequeue();
    }

    /// <summary>Notes what a committed batch of this process has touched and snapshotted.</summary>
    public void Committed(
        IReadOnlyList<Account> touched,
        IReadOnlyList<(Account Account, Position Position)> taken,
        long firstRow,
        long? written,
        DateTimeOffset at
    )
    {
        foreach (var (account, _) in taken)
            dirtyFrom.Remove(account.Number);
        foreach (var account in touched)
        {
            if (account.Now.Events > 0 && !dirtyFrom.ContainsKey(account.Number))
                MarkDirty(account, firstRow, at);
        }

        checkpoint = written ?? checkpoint;
    }

    /// <summary>Notes what a batch of another process has touched.</summary>
    public void Followed(IReadOnlyList<Account> touched, long firstRow, DateTimeOffset at)
    {
        foreach (var account in touched)
        {
            if (!dirtyFrom.ContainsKey(account.Number))
                MarkDirty(account, firstRow, at);
            // The other process has most likely written the snapshots that were due.
            account.Now.Events = Math.Max(1, account.Now.Events % options.SnapshotEvents);
        }
    }

    void MarkDirty(Account account, long row, DateTimeOffset at)
    {
        dirtyFrom[account.Number] = row;
        dirty.Enqueue((account, row, at));
    }
}
