using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Npgsql;

namespace Hazina.Ledger.Writing;

/// <summary>What the writer reads back: what others appended, and what the journal knows of an id.</summary>
sealed partial class PostgresStore
{
    public IEnumerable<StoredBatch> ReadAfter(long number)
    {
        // A batch at a time: whoever is far behind does not hold everything at once.
        for (var next = number + 1; Guard(() => ReadBatch(next)) is { } batch; next++)
            yield return batch;
    }

    StoredBatch? ReadBatch(long number)
    {
        (BatchHeader Header, byte[] Previous, byte[] Root, byte[] Hash) found;
        using (var command = Query(ReadBatchSql, number))
        using (var reader = command.ExecuteReader())
        {
            if (!reader.Read())
                return null;
            found = (
                ReadHeader(reader),
                reader.GetFieldValue<byte[]>(10),
                reader.GetFieldValue<byte[]>(11),
                reader.GetFieldValue<byte[]>(12)
            );
        }

        RequireKnown(found.Header.Format, number);
        var (rows, details) = ReadRows(ReadRowsSql, found.Header.FirstRow, found.Header.LastRow);
        var others = found.Header.Refusals + found.Header.Bulks == 0 ? [] : ReadIds(OtherIdsSql, number);
        return new StoredBatch(found.Header, found.Previous, found.Root, found.Hash, rows, details, others);
    }

    /// <summary>What a newer version wrote is not guessed at.</summary>
    static void RequireKnown(int format, long batch) =>
        Invariant.Holds(format == RowBytes.Format, $"batch {batch} is of format {format}, which this version does not know");

    public IReadOnlyList<Guid> IdsBetween(Guid floor, Guid ceiling, int most) => Guard(() => ReadIds(IdsBetweenSql, floor, ceiling, most));

    List<Guid> ReadIds(string sql, params object[] values)
    {
        var ids = new List<Guid>();
        using var command = Query(sql, values);
        using var reader = command.ExecuteReader();
        while (reader.Read())
            ids.Add(reader.GetGuid(0));
        return ids;
    }

    internal static BatchHeader ReadHeader(NpgsqlDataReader reader) =>
        new(
            reader.GetInt16(1),
            reader.GetInt64(0),
            reader.GetInt64(2),
            reader.GetInt64(3),
            reader.GetInt32(4),
            reader.GetInt32(5),
            reader.GetInt32(6),
            reader.GetString(7),
            reader.GetGuid(8),
            reader.GetFieldValue<DateTimeOffset>(9)
        );

    (List<JournalRow> Rows, Dictionary<long, byte[]> Details) ReadRows(string sql, params object[] values)
    {
        var rows = new List<JournalRow>();
        var details = new Dictionary<long, byte[]>();
        using var command = Query(sql, values);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var row = JournalColumns.Read(reader);
            rows.Add(row);
            if (!reader.IsDBNull(18))
                details.Add(row.Seq, reader.GetFieldValue<byte[]>(18));
        }

        return (rows, details);
    }

    public Lookup LookUp(LookupRequest request, LedgerState state) =>
        Guard(() =>
        {
            var lookup = new Lookup();
            Guid[] ids = [.. request.Ids];
            var posted = new List<Guid>();
            using (var batch = new NpgsqlBatch(Session()))
            {
                batch.BatchCommands.Add(Command(PostedIdsSql, ids));
                batch.BatchCommands.Add(Command(RefusedSql, ids));
                batch.BatchCommands.Add(Command(BulksSql, ids));
                batch.BatchCommands.Add(Command(UsedReservationsSql, request.Reservations.ToArray()));
                using var reader = batch.ExecuteReader();
                while (reader.Read())
                    posted.Add(reader.GetGuid(0));
                reader.NextResult();
                while (reader.Read())
                    lookup.Refused.Add(reader.GetGuid(0), ReadRefusal(reader));
                reader.NextResult();
                while (reader.Read())
                    lookup.Bulks.Add(reader.GetGuid(0), ReadBulk(reader));
                reader.NextResult();
                while (reader.Read())
                    lookup.UsedReservations.Add(reader.GetGuid(0));
            }

            foreach (var (id, stored) in ReadTransactions(posted))
                lookup.Posted.Add(id, stored);
            if (request.Reversed.Count > 0)
                LookUpOriginals(request.Reversed, lookup);
            return lookup;
        });

    void LookUpOriginals(IReadOnlyList<Guid> ids, Lookup lookup)
    {
        var reversed = new HashSet<Guid>();
        using (var command = Query(ReversedSql, ids.ToArray()))
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
                reversed.Add(reader.GetGuid(0));
        }

        foreach (var (id, stored) in ReadTransactions(ids))
        {
            lookup.Originals[id] = new Original(
                [.. stored.Rows.Where(r => r.Kind == RowKind.Leg)],
                IsReversal: stored.Rows.Any(r => r.Flags.HasFlag(RowFlags.Reversal)),
                IsReversed: reversed.Contains(id)
            )
            {
                Account = stored.Rows[0].Debit,
            };
        }
    }

    Dictionary<Guid, StoredTransaction> ReadTransactions(IReadOnlyList<Guid> ids)
    {
        if (ids.Count == 0)
            return [];
        var (rows, details) = ReadRows(TransactionsSql, ids.Distinct().ToArray());
        var transactions = new Dictionary<Guid, StoredTransaction>();
        foreach (var group in rows.GroupBy(r => r.TransactionId))
        {
            JournalRow[] own = [.. group.OrderBy(r => r.Leg)];
            using var command = Query(BatchOfRowSql, own[0].Seq);
            transactions.Add(group.Key, new StoredTransaction(own, details.GetValueOrDefault(own[0].Seq), (long)command.ExecuteScalar()!));
        }

        return transactions;
    }

    internal static StoredRefusal ReadRefusal(NpgsqlDataReader reader) =>
        new(
            reader.GetGuid(0),
            reader.GetFieldValue<byte[]>(1),
            reader.GetString(2),
            reader.IsDBNull(3) ? null : reader.GetString(3),
            reader.GetInt64(4),
            reader.GetFieldValue<DateTimeOffset>(5)
        );

    internal static StoredBulk ReadBulk(NpgsqlDataReader reader) =>
        new(
            reader.GetGuid(0),
            reader.GetFieldValue<byte[]>(1),
            reader.GetInt64(2),
            reader.GetInt64(3),
            reader.GetFieldValue<DateTimeOffset>(4)
        );

    NpgsqlCommand Query(string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, Session());
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    internal const string ReadBatchSql = """
        select number, format, first_row, last_row, transactions, refusals, bulks, node, attempt, recorded_at, previous_hash, root, hash
        from ledger.batches where number = $1
        """;

    const string ReadRowsSql = $"""
        select {JournalColumns.Names}, d.content
        from ledger.journal left join ledger.transaction_details as d using (seq)
        where seq between $1 and $2 order by seq
        """;

    const string TransactionsSql = $"""
        select {JournalColumns.Names}, d.content
        from ledger.journal left join ledger.transaction_details as d using (seq)
        where transaction_id = any($1)
        """;

    const string PostedIdsSql = "select transaction_id from ledger.journal where transaction_id = any($1) and leg = 0";

    const string RefusedSql = "select id, content, code, field, batch, recorded_at from ledger.refusals where id = any($1)";

    const string BulksSql = "select id, content, first_row, batch, recorded_at from ledger.bulks where id = any($1)";

    const string UsedReservationsSql = "select id from ledger.reservations where id = any($1)";

    const string ReversedSql = "select reverses from ledger.transaction_details where reverses = any($1)";

    const string OtherIdsSql = "select id from ledger.refusals where batch = $1 union all select id from ledger.bulks where batch = $1";

    const string IdsBetweenSql = """
        select id from (
            (select transaction_id as id from ledger.journal where transaction_id > $1 and transaction_id < $2 order by transaction_id desc limit $3)
            union all
            (select id from ledger.refusals where id > $1 and id < $2 order by id desc limit $3)
            union all
            (select id from ledger.bulks where id > $1 and id < $2 order by id desc limit $3)
            union all
            (select id from ledger.reservations where id > $1 and id < $2 order by id desc limit $3)) as newest
        order by id desc limit $3
        """;

    const string BatchOfRowSql = "select number from ledger.batches where last_row >= $1 order by last_row, number limit 1";
}
