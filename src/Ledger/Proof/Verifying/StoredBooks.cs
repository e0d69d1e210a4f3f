using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Npgsql;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>The table of which batches have rows of which books, read in step with the replay.</summary>
sealed class StoredBooks(NpgsqlConnection connection, Findings findings)
{
    readonly RowsInOrder<Row> rows = new(connection, "books", RowsSql, r => new Row(r.GetInt64(0), r.GetString(1)));
    readonly SortedSet<string> books = new(StringComparer.Ordinal);
    readonly SortedSet<string> stored = new(StringComparer.Ordinal);

    /// <summary>Compares what is stored of a batch with the books of its transactions.</summary>
    public void Reached(LedgerState state, ReadOnlySpan<JournalRow> batch, in BatchHeader header)
    {
        string? last = null;
        books.Clear();
        foreach (ref readonly var row in batch)
        {
            if (row.Leg != 0 || ReferenceEquals(state.At(row.Debit).Book, last))
                continue;
            last = state.At(row.Debit).Book;
            books.Add(last);
        }

        stored.Clear();
        for (; rows.Peek() is { } row && row.Batch <= header.Number; rows.Skip())
        {
            if (row.Batch == header.Number)
                stored.Add(row.Book);
            else
                Tell(row.Batch, row.Book, "is stored, and no such batch was read");
        }

        if (books.SetEquals(stored))
            return;
        foreach (var book in books.Except(stored))
            Tell(header.Number, book, "is not stored");
        foreach (var book in stored.Except(books))
            Tell(header.Number, book, "is stored, and the batch has no row of it");
    }

    public void CompareAtEnd()
    {
        for (; rows.Peek() is { } row; rows.Skip())
            Tell(row.Batch, row.Book, "is stored, and there is no such batch");
    }

    void Tell(long batch, string book, string what) =>
        findings.Add(FindingKind.Stored, batch, null, $"That batch {batch} has rows of book '{book}' {what}.");

    sealed record Row(long Batch, string Book);

    const string RowsSql = "select batch, book from ledger.book_batches order by batch, book";
}
