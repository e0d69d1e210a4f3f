using Hazina.Ledger.Decisions;
using Hazina.Ledger.Writing;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>Replays the journal through the rules that the writer itself uses, and compares what is stored along the way.</summary>
sealed class Replayer(
    BatchHead genesis,
    StoredAccounts accounts,
    StoredReservations reservations,
    StoredSnapshots snapshots,
    StoredBooks books,
    Findings findings
)
{
    readonly DraftBuffers buffers = new();

    public LedgerState State { get; } = new() { Head = genesis };

    /// <summary>Why the replay ended early; null while it goes on.</summary>
    public string? Ended { get; private set; }

    public void Apply(SliceContents slice)
    {
        foreach (var batch in slice.Slice.Batches)
        {
            if (Ended is not null)
                return;
            var rows = slice.RowsOf(batch);
            if (!batch.Follows)
                Ended = $"batch {batch.Header.Number} does not follow the one before it";
            else if (rows.Length < batch.Header.LastRow - batch.Header.FirstRow + 1)
                Ended = $"row {batch.Header.FirstRow + rows.Length} is missing or cannot be read";
            else if (Replay(batch, rows, slice) is { } replayed)
                CompareStored(batch, rows, replayed);
        }
    }

    Draft? Replay(StoredHead batch, ReadOnlySpan<JournalRow> rows, SliceContents slice)
    {
        buffers.Clear();
        var draft = new Draft(State, batch.Header.RecordedAt, buffers);
        try
        {
            for (var at = 0; at < rows.Length; )
            {
                var end = Replaying.EndOfTransaction(rows, at);
                var transaction = rows[at..end];
                Replaying.Apply(draft, transaction, slice.Details.GetValueOrDefault(transaction[0].Seq)?.Said);
                CheckBounds(draft, batch, transaction);
                at = end;
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Rows that were tampered with may break anything on their way.
            var what = e is BrokenInvariantException broken
                ? $"It does not hold that {broken.Belief}"
                : $"It cannot be replayed: {e.Message}";
            findings.Add(
                FindingKind.Journal,
                batch.Header.Number,
                draft.NextRow,
                $"Row {draft.NextRow} does not follow from the rows before it. {what}."
            );
            Ended = $"row {draft.NextRow} does not follow from the rows before it";
            draft.Drop();
            return null;
        }

        draft.Publish(new BatchHead(batch.Header.Number, batch.Hash, batch.Header.LastRow, batch.Header.RecordedAt));
        return draft;
    }

    /// <summary>What was not forced keeps to floors and ceilings.</summary>
    void CheckBounds(Draft draft, StoredHead batch, ReadOnlySpan<JournalRow> transaction)
    {
        ref readonly var first = ref transaction[0];
        if (first.Flags.HasFlag(RowFlags.Forced) || first.Kind == RowKind.Expire || Decision.FirstOutOfBounds(draft) is not { } crossed)
            return;
        var bound = crossed.Refusal == Refusals.CeilingExceeded ? "ceiling" : "floor";
        findings.Add(
            FindingKind.Journal,
            batch.Header.Number,
            first.Seq,
            $"Row {first.Seq} takes account {crossed.Account.Number} ({crossed.Account.Id}) past its {bound} and is not marked as forced."
        );
    }

    void CompareStored(StoredHead batch, ReadOnlySpan<JournalRow> rows, Draft replayed)
    {
        foreach (var account in replayed.Touched)
            accounts.Reached(account, batch.Header.Number);
        reservations.Reached(replayed.Reservations, batch.Header);
        snapshots.Reached(State, batch.Header);
        books.Reached(State, rows, batch.Header);
        accounts.ReachedRow(State, batch.Header);
    }
}
