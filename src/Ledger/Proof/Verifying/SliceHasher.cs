using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Writing;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>
/// What can be said of a batch without knowing the ones before it: that its rows, details, refusals and bulks are those that were hashed, that
/// they belong together, and that its header is the one that was hashed.
/// </summary>
sealed class SliceHasher(Findings findings)
{
    readonly Merkle merkle = new();
    readonly List<long> firstRows = [];
    bool isProved;

    /// <summary>False where the content of a batch is not what was hashed.</summary>
    public bool Check(SliceContents contents)
    {
        var refusals = contents.Refusals.ToLookup(r => r.Refusal.Batch);
        var bulks = contents.Bulks.ToLookup(b => b.Bulk.Batch);
        firstRows.Clear();
        isProved = true;
        foreach (var batch in contents.Slice.Batches)
            Check(contents, batch, [.. refusals[batch.Header.Number]], [.. bulks[batch.Header.Number]]);
        contents.Transactions = firstRows.Count;
        CheckStrays(contents);
        CheckValueDates(contents);
        return isProved;
    }

    void Check(
        SliceContents contents,
        StoredHead batch,
        List<(int Ordinal, StoredRefusal Refusal)> refusals,
        List<(int Ordinal, StoredBulk Bulk)> bulks
    )
    {
        var header = batch.Header;
        if (header.Format != RowBytes.Format)
        {
            isProved = false;
            findings.Add(
                FindingKind.Chain,
                header.Number,
                null,
                $"Batch {header.Number} is of format {header.Format}, which this version does not know."
            );
            return;
        }

        merkle.Clear();
        var rows = contents.RowsOf(batch);
        var transactions = 0;
        for (var at = 0; at < rows.Length; transactions++)
        {
            var end = Replaying.EndOfTransaction(rows, at);
            var transaction = rows[at..end];
            var details = contents.Details.GetValueOrDefault(transaction[0].Seq);
            merkle.AddTransaction(transaction, details?.Content);
            CheckTransaction(contents, batch, transaction, details);
            firstRows.Add(transaction[0].Seq);
            at = end;
        }

        AddRefusals(header, refusals);
        AddBulks(header, bulks);
        var isWhole = rows.Length == header.LastRow - header.FirstRow + 1; // otherwise a row was missed, which is told already
        if (isWhole && (transactions, refusals.Count, bulks.Count) != (header.Transactions, header.Refusals, header.Bulks))
        {
            findings.Add(
                FindingKind.Journal,
                header.Number,
                null,
                $"Batch {header.Number} says that it has {header.Transactions} transactions, {header.Refusals} refusals and {header.Bulks} bulks; there are "
                    + $"{transactions}, {refusals.Count} and {bulks.Count}."
            );
        }

        isProved &= isWhole;
        if (isWhole)
            CheckHashes(batch, refusals, bulks, contents);
    }

    void AddRefusals(BatchHeader header, List<(int Ordinal, StoredRefusal Refusal)> refusals)
    {
        for (var i = 0; i < refusals.Count; i++)
        {
            var (ordinal, refusal) = refusals[i];
            merkle.AddRefusal(refusal.Id, refusal.Content, refusal.Code, refusal.Field);
            if (ordinal != i || refusal.RecordedAt != header.RecordedAt)
                findings.Add(
                    FindingKind.Journal,
                    header.Number,
                    null,
                    $"Refusal {refusal.Id} is not at its place {i} in batch {header.Number}, or not of its time."
                );
        }
    }

    void AddBulks(BatchHeader header, List<(int Ordinal, StoredBulk Bulk)> bulks)
    {
        for (var i = 0; i < bulks.Count; i++)
        {
            var (ordinal, bulk) = bulks[i];
            merkle.AddBulk(bulk.Id, bulk.Content, bulk.FirstRow);
            if (ordinal != i || bulk.RecordedAt != header.RecordedAt)
                findings.Add(
                    FindingKind.Journal,
                    header.Number,
                    null,
                    $"Bulk {bulk.Id} is not at its place {i} in batch {header.Number}, or not of its time."
                );
        }
    }

    void CheckHashes(
        StoredHead batch,
        List<(int Ordinal, StoredRefusal Refusal)> refusals,
        List<(int Ordinal, StoredBulk Bulk)> bulks,
        SliceContents contents
    )
    {
        var header = batch.Header;
        var root = merkle.Root();
        if (!root.AsSpan().SequenceEqual(batch.Root))
        {
            isProved = false;
            var parts = new List<string>();
            if (batch.HasRows)
                parts.Add(header.FirstRow == header.LastRow ? $"row {header.FirstRow}" : $"rows {header.FirstRow} to {header.LastRow}");
            Name(
                parts,
                "details of row",
                contents.Details.Keys.Where(r => r >= header.FirstRow && r <= header.LastRow).Order().Select(r => $"{r}")
            );
            Name(parts, "refusal", refusals.Select(r => $"{r.Refusal.Id}"));
            Name(parts, "bulk", bulks.Select(b => $"{b.Bulk.Id}"));
            findings.Add(
                FindingKind.Chain,
                header.Number,
                null,
                $"What batch {header.Number} holds is not what was hashed ({Short(root)} instead of {Short(batch.Root)}). Something was changed in: "
                    + $"{(parts.Count == 0 ? "its own row" : string.Join("; ", parts))}."
            );
        }

        if (header.Node.Length > 60 || !Merkle.HeaderHash(header, batch.PreviousHash, batch.Root).AsSpan().SequenceEqual(batch.Hash))
            findings.Add(
                FindingKind.Chain,
                header.Number,
                null,
                $"The hash of batch {header.Number} is not the hash of what its row says: the row was changed."
            );
    }

    static void Name(List<string> parts, string what, IEnumerable<string> names)
    {
        var first = names.Take(6).ToList();
        if (first.Count > 0)
            parts.Add($"{what} {string.Join(", ", first.Take(5))}{(first.Count > 5 ? " and more" : "")}");
    }

    /// <summary>What a transaction's rows have in common, and what its details say twice.</summary>
    void CheckTransaction(SliceContents contents, StoredHead batch, ReadOnlySpan<JournalRow> rows, StoredDetails? details)
    {
        ref readonly var first = ref rows[0];
        foreach (ref readonly var row in rows)
        {
            if (row.RecordedAt != batch.Header.RecordedAt)
                Tell(row.Seq, $"Row {row.Seq} is not of the time of its batch {batch.Header.Number}.");
            if (row.Flags != first.Flags || row.EffectiveDate != first.EffectiveDate || row.BusinessKind != first.BusinessKind)
                Tell(
                    row.Seq,
                    $"Row {row.Seq} differs from row {first.Seq}, of the same transaction, in its flags, its effective date or its business kind."
                );
        }

        var reverses = details?.Said?.Said.Reverses;
        if (details is { Said: not null } && details.Reverses != reverses)
            Tell(
                first.Seq,
                $"The details of row {first.Seq} say that it reverses {Named(reverses)}; the column beside them says {Named(details.Reverses)}."
            );
        if (first.Flags.HasFlag(RowFlags.Reversal) != reverses is not null)
            Tell(
                first.Seq,
                $"Row {first.Seq} {(reverses is null ? "is marked as a reversal and reverses nothing" : "reverses something and is not marked as a reversal")}."
            );
        if (reverses is { } original && ReversalFlaw(rows, contents.Originals.GetValueOrDefault(original)) is { } flaw)
            Tell(first.Seq, $"Row {first.Seq} reverses transaction {original}, {flaw}.");

        void Tell(long row, string what) => findings.Add(FindingKind.Journal, batch.Header.Number, row, what);
    }

    static string Named(Guid? id) => id is { } given ? $"{given}" : "nothing";

    static string? ReversalFlaw(ReadOnlySpan<JournalRow> rows, List<JournalRow>? original)
    {
        if (original is null || original[0].Seq >= rows[0].Seq)
            return "which does not stand before it";
        if (original[0].Flags.HasFlag(RowFlags.Reversal))
            return "which is a reversal itself";
        var legs = original.FindAll(r => r.Kind == RowKind.Leg);
        if (legs.Count != rows.Length)
            return $"which has {legs.Count} legs and not {rows.Length}";
        for (var i = 0; i < rows.Length; i++)
        {
            if (
                rows[i].Kind != RowKind.Leg
                || rows[i].Debit != legs[i].Credit
                || rows[i].Credit != legs[i].Debit
                || rows[i].Amount != legs[i].Amount
            )
                return $"but its leg {i} is not that one's turned round";
        }

        return null;
    }

    /// <summary>Details that no transaction has.</summary>
    void CheckStrays(SliceContents contents)
    {
        if (contents.Details.Count == 0 || contents.Rows.Count < contents.Slice.LastRow - contents.Slice.FirstRow + 1)
            return;
        var known = firstRows.ToHashSet();
        foreach (var row in contents.Details.Keys.Where(r => !known.Contains(r)).Order())
        {
            isProved = false;
            findings.Add(
                FindingKind.Journal,
                SliceReader.BatchOf(contents.Slice, row),
                row,
                $"There are details for row {row}, where no transaction begins."
            );
        }
    }

    /// <summary>Rows of another value date stand in a table of their own; no others do.</summary>
    void CheckValueDates(SliceContents contents)
    {
        var stored = contents.ValueDated;
        var at = 0;
        foreach (ref readonly var row in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(contents.Rows))
        {
            for (; at < stored.Count && stored[at].Row < row.Seq; at++)
                Tell(stored[at].Row, "is stored as value-dated, and is not");
            var isStored = at < stored.Count && stored[at].Row == row.Seq;
            var isValueDated = row.EffectiveDate is { } date && date != DateOnly.FromDateTime(row.RecordedAt.UtcDateTime);
            if (isStored != isValueDated)
                Tell(
                    row.Seq,
                    isStored
                        ? "is stored as value-dated, and is not"
                        : $"has the value date {row.EffectiveDate:yyyy-MM-dd} and is not stored as value-dated"
                );
            else if (isStored && (stored[at].EffectiveDate != row.EffectiveDate || stored[at].RecordedAt != row.RecordedAt))
                Tell(row.Seq, "is stored as value-dated with another date or time than it has");
            if (isStored)
                at++;
        }

        void Tell(long row, string what) =>
            findings.Add(FindingKind.Stored, SliceReader.BatchOf(contents.Slice, row), row, $"Row {row} {what}.");
    }

    static string Short(byte[] hash) => Convert.ToHexStringLower(hash.AsSpan(0, Math.Min(6, hash.Length))) + "…";
}
