using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Writing;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>A batch as its row in the database says.</summary>
/// <param name="Follows">Whether it comes right after the one before it; if not, nothing can be replayed from here on.</param>
sealed record StoredHead(BatchHeader Header, byte[] PreviousHash, byte[] Root, byte[] Hash, bool Follows)
{
    public bool HasRows => Header.LastRow >= Header.FirstRow;
}

/// <summary>Some batches in a row: what one thread reads and hashes at once.</summary>
sealed class Slice(IReadOnlyList<StoredHead> batches)
{
    public IReadOnlyList<StoredHead> Batches => batches;

    public long FirstRow { get; } = batches.Min(b => b.Header.FirstRow);

    public long LastRow { get; } = batches.Max(b => b.Header.LastRow);
}

/// <summary>What the database holds for a slice.</summary>
/// <param name="slice">The slice.</param>
/// <param name="rows">An empty list to fill: it is large, so it is used again for another slice.</param>
sealed class SliceContents(Slice slice, List<JournalRow> rows)
{
    public Slice Slice => slice;

    /// <summary>The rows from the slice's first one on, without a gap, up to the first that is missing or cannot be read.</summary>
    public List<JournalRow> Rows => rows;

    /// <summary>By the first row of their transaction.</summary>
    public Dictionary<long, StoredDetails> Details { get; } = [];

    public List<(int Ordinal, StoredRefusal Refusal)> Refusals { get; } = [];

    public List<(int Ordinal, StoredBulk Bulk)> Bulks { get; } = [];

    public List<(long Row, DateOnly EffectiveDate, DateTimeOffset RecordedAt)> ValueDated { get; } = [];

    /// <summary>What the slice's reversals undo, by id.</summary>
    public Dictionary<Guid, List<JournalRow>> Originals { get; } = [];

    public long Transactions { get; set; }

    public ReadOnlySpan<JournalRow> RowsOf(StoredHead batch)
    {
        var all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows);
        var from = Math.Clamp(batch.Header.FirstRow - slice.FirstRow, 0, all.Length);
        var to = Math.Clamp(batch.Header.LastRow - slice.FirstRow + 1, from, all.Length);
        return all[(int)from..(int)to];
    }
}

/// <summary>A transaction's details as they are stored.</summary>
/// <param name="Said">Read from the content; null where it cannot be read.</param>
sealed record StoredDetails(byte[] Content, Guid? Reverses, SaidDetails? Said);
