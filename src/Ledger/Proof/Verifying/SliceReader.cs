using Hazina.Ledger.Decisions;
using Hazina.Ledger.Writing;
using Npgsql;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>Reads everything of a slice over a connection of its own.</summary>
sealed class SliceReader(NpgsqlConnection connection, Findings findings)
{
    readonly RowDecoder decoder = new();

    /// <param name="slice">What to read.</param>
    /// <param name="rows">An empty list to fill.</param>
    public SliceContents Read(Slice slice, List<JournalRow> rows)
    {
        var contents = new SliceContents(slice, rows);
        if (slice.LastRow >= slice.FirstRow && decoder.Read(connection, slice.FirstRow, slice.LastRow, contents.Rows) is { } broken)
            findings.Add(FindingKind.Journal, BatchOf(slice, broken.Row), broken.Row, $"Row {broken.Row}: {broken.Flaw}.");
        ReadBeside(contents);
        ReadOriginals(contents);
        return contents;
    }

    internal static long? BatchOf(Slice slice, long row) =>
        slice.Batches.FirstOrDefault(b => row >= b.Header.FirstRow && row <= b.Header.LastRow)?.Header.Number;

    void ReadBeside(SliceContents contents)
    {
        var slice = contents.Slice;
        var (from, to) = (slice.Batches[0].Header.Number, slice.Batches[^1].Header.Number);
        using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        batch.BatchCommands.Add(Command(DetailsSql, slice.FirstRow, slice.LastRow));
        batch.BatchCommands.Add(Command(RefusalsSql, from, to));
        batch.BatchCommands.Add(Command(BulksSql, from, to));
        batch.BatchCommands.Add(Command(ValueDatedSql, slice.FirstRow, slice.LastRow));
        using var reader = batch.ExecuteReader();
        while (reader.Read())
            contents.Details[reader.GetInt64(0)] = ReadDetails(slice, reader);
        reader.NextResult();
        while (reader.Read())
            contents.Refusals.Add((reader.GetInt32(6), PostgresStore.ReadRefusal(reader)));
        reader.NextResult();
        while (reader.Read())
            contents.Bulks.Add((reader.GetInt32(5), PostgresStore.ReadBulk(reader)));
        reader.NextResult();
        while (reader.Read())
            contents.ValueDated.Add((reader.GetInt64(0), reader.GetFieldValue<DateOnly>(1), reader.GetFieldValue<DateTimeOffset>(2)));
    }

    StoredDetails ReadDetails(Slice slice, NpgsqlDataReader reader)
    {
        var row = reader.GetInt64(0);
        var content = reader.GetFieldValue<byte[]>(1);
        Guid? reverses = reader.IsDBNull(2) ? null : reader.GetGuid(2);
        try
        {
            return new StoredDetails(content, reverses, SaidDetails.Of(content));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Bytes that were tampered with may be anything.
            findings.Add(FindingKind.Journal, BatchOf(slice, row), row, $"The details of row {row} cannot be read: {e.Message}");
            return new StoredDetails(content, reverses, null);
        }
    }

    /// <summary>What reversals undo is looked up by id: it may stand anywhere before them.</summary>
    void ReadOriginals(SliceContents contents)
    {
        var ids = contents.Details.Values.Select(d => d.Said?.Said.Reverses).OfType<Guid>().Distinct().ToArray();
        if (ids.Length == 0)
            return;
        using (var command = new NpgsqlCommand(OriginalsSql, connection) { CommandTimeout = 0, Parameters = { new() { Value = ids } } })
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                var row = JournalColumns.Read(reader);
                if (!contents.Originals.TryGetValue(row.TransactionId, out var rows))
                    contents.Originals.Add(row.TransactionId, rows = []);
                rows.Add(row);
            }
        }

        using (var command = new NpgsqlCommand(ReversedTwiceSql, connection) { CommandTimeout = 0, Parameters = { new() { Value = ids } } })
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                var row = reader.GetInt64(1);
                findings.Add(
                    FindingKind.Journal,
                    BatchOf(contents.Slice, row),
                    row,
                    $"Row {row} reverses transaction {reader.GetGuid(0)}, which is reversed by another one too."
                );
            }
        }
    }

    static NpgsqlBatchCommand Command(string sql, long from, long to) =>
        new(sql)
        {
            Parameters =
            {
                new() { Value = from },
                new() { Value = to },
            },
        };

    const string DetailsSql = "select seq, content, reverses from ledger.transaction_details where seq between $1 and $2 order by seq";

    const string RefusalsSql = """
        select id, content, code, field, batch, recorded_at, ordinal from ledger.refusals where batch between $1 and $2 order by batch, ordinal
        """;

    const string BulksSql = """
        select id, content, first_row, batch, recorded_at, ordinal from ledger.bulks where batch between $1 and $2 order by batch, ordinal
        """;

    const string ValueDatedSql = "select seq, effective_date, recorded_at from ledger.value_dated where seq between $1 and $2 order by seq";

    const string OriginalsSql = $"""
        select {JournalColumns.Names} from ledger.journal where transaction_id = any($1) order by transaction_id, leg
        """;

    const string ReversedTwiceSql = """
        select reverses, max(seq) from ledger.transaction_details where reverses = any($1) group by reverses having count(*) > 1
        """;
}
