using Hazina.Ledger.Decisions;
using Npgsql;
using NpgsqlTypes;

namespace Hazina.Ledger.Writing;

/// <summary>What follows from the rows, kept for reading and for a quick start; and the batch row, which makes a mistake impossible.</summary>
sealed partial class PostgresStore
{
    void WriteState(BatchContents batch)
    {
        using var commands = new NpgsqlBatch(connection);
        if (batch.Snapshots.Count > 0)
            commands.BatchCommands.Add(AddSnapshots(batch));
        if (batch.Snapshots.Count + batch.Saved.Count > 0)
            commands.BatchCommands.Add(SavePositions(batch));
        if (batch.Changed.Count > 0)
            commands.BatchCommands.Add(ChangeAccounts(batch));
        if (batch.Reservations.Any(r => !r.IsNew))
            commands.BatchCommands.Add(ChangeReservations(batch));
        if (batch.Counters.Count > 0)
            commands.BatchCommands.Add(SetCounters(batch));
        if (batch.Bulks.Count > 0)
            commands.BatchCommands.Add(AddBulks(batch));
        if (batch.Books.Count > 0)
            commands.BatchCommands.Add(With(AddBooksSql, batch.Books.ToArray(), batch.Header.Number));
        if (batch.Checkpoint is { } reached)
        {
            commands.BatchCommands.Add(Command(SetCheckpointSql, reached.Row));
            commands.BatchCommands.Add(Command(DropSavedSql, reached.SavedFrom));
        }

        commands.BatchCommands.Add(AddBatch(batch));
        using var reader = commands.ExecuteReader();
        while (reader.NextResult())
        {
            // Only the last statement tells something.
        }

        reader.Close();
        if (commands.BatchCommands[^1].RecordsAffected != 1)
        {
            Rollback();
            throw new HistoryDivergedException();
        }
    }

    static NpgsqlBatchCommand AddBatch(BatchContents batch)
    {
        var header = batch.Header;
        return With(
            AddBatchSql,
            header.Number,
            header.Format,
            header.FirstRow,
            header.LastRow,
            header.Transactions,
            header.Refusals,
            header.Bulks,
            header.Node,
            header.Attempt,
            header.RecordedAt,
            batch.PreviousHash,
            batch.Root,
            batch.Hash,
            header.Number - 1
        );
    }

    static NpgsqlBatchCommand ChangeAccounts(BatchContents batch)
    {
        var changed = batch.Changed;
        return With(
            ChangeAccountsSql,
            changed.Select(c => c.Account.Number).ToArray(),
            changed.Select(c => c.Position.Terms.Floor).ToArray(),
            changed.Select(c => c.Position.Terms.Ceiling).ToArray(),
            changed.Select(c => (short)c.Position.Terms.Frozen).ToArray(),
            changed.Select(c => c.Position.Terms.ClosedAt).ToArray(),
            changed.Select(c => c.Position.Debits).ToArray(),
            changed.Select(c => c.Position.Credits).ToArray(),
            changed.Select(c => c.Position.LastRow).ToArray()
        );
    }

    static NpgsqlBatchCommand ChangeReservations(BatchContents batch)
    {
        var changed = batch.Reservations.Where(r => !r.IsNew).ToList();
        return With(
            ChangeReservationsSql,
            changed.Select(c => c.Reservation.Id).ToArray(),
            changed.Select(c => c.Reservation.Remaining).ToArray(),
            changed.Select(c => c.Reservation.Captured).ToArray(),
            changed.Select(c => JournalColumns.NameOf(c.Status)).ToArray(),
            batch.Header.RecordedAt
        );
    }

    static NpgsqlBatchCommand SetCounters(BatchContents batch) =>
        With(
            SetCountersSql,
            batch.Counters.Select(c => c.Key.Account).ToArray(),
            batch.Counters.Select(c => c.Key.Tag).ToArray(),
            batch.Counters.Select(c => c.Key.PeriodStart).ToArray(),
            batch.Counters.Select(c => c.Counter.PeriodEnd).ToArray(),
            batch.Counters.Select(c => c.Counter.Total).ToArray()
        );

    static NpgsqlBatchCommand AddSnapshots(BatchContents batch)
    {
        var taken = batch.Snapshots;
        return With(
            AddSnapshotsSql,
            taken.Select(s => s.Account.Number).ToArray(),
            taken.Select(s => s.Position.LastRow).ToArray(),
            taken.Select(s => s.Position.Debits).ToArray(),
            taken.Select(s => s.Position.Credits).ToArray(),
            taken.Select(s => s.Account.BalanceOf(s.Position)).ToArray(),
            taken.Select(s => s.Position.Held).ToArray(),
            batch.Header.RecordedAt
        );
    }

    static NpgsqlBatchCommand SavePositions(BatchContents batch)
    {
        List<(Account Account, Position Position)> saved = [.. batch.Snapshots, .. batch.Saved];
        return With(
            SavePositionsSql,
            batch.Header.Number,
            saved.Select(s => s.Account.Number).ToArray(),
            saved.Select(s => s.Position.LastRow).ToArray(),
            saved.Select(s => s.Position.Debits).ToArray(),
            saved.Select(s => s.Position.Credits).ToArray()
        );
    }

    static NpgsqlBatchCommand AddBulks(BatchContents batch) =>
        With(
            AddBulksSql,
            batch.Bulks.Select(b => b.Id).ToArray(),
            Enumerable.Range(0, batch.Bulks.Count).ToArray(),
            batch.Bulks.Select(b => b.Content).ToArray(),
            batch.Bulks.Select(b => b.FirstRow).ToArray(),
            batch.Header.Number,
            batch.Header.RecordedAt
        );

    static NpgsqlBatchCommand With(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    const string AddBatchSql = """
        insert into ledger.batches
            (number, format, first_row, last_row, transactions, refusals, bulks, node, attempt, recorded_at, previous_hash, root, hash)
        select $1, $2, $3::bigint, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
        from ledger.batches as previous
        where previous.number = $14 and previous.hash = $11 and previous.last_row = $3::bigint - 1
        """;

    const string ChangeAccountsSql = """
        update ledger.accounts as a
        set floor = c.floor, ceiling = c.ceiling, frozen = c.frozen, closed_at = c.closed_at, debits = c.debits, credits = c.credits, last_row = c.last_row
        from unnest($1::bigint[], $2::numeric[], $3::numeric[], $4::smallint[], $5::timestamptz[], $6::numeric[], $7::numeric[], $8::bigint[])
            as c(number, floor, ceiling, frozen, closed_at, debits, credits, last_row)
        where a.number = c.number
        """;

    const string ChangeReservationsSql = """
        update ledger.reservations as r
        set remaining = c.remaining, captured = c.captured, status = c.status,
            ended_at = case when c.status = 'ACTIVE' then null else $5::timestamptz end
        from unnest($1::uuid[], $2::numeric[], $3::numeric[], $4::text[]) as c(id, remaining, captured, status)
        where r.id = c.id
        """;

    const string SetCountersSql = """
        insert into ledger.turnover_counters (account, tag, period_start, period_end, total)
        select * from unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::numeric[])
        on conflict (account, tag, period_start) do update set period_end = excluded.period_end, total = excluded.total
        """;

    const string AddSnapshotsSql = """
        insert into ledger.balance_snapshots (account, as_of_row, debits, credits, balance, reserved, available, at)
        select s.account, s.as_of_row, s.debits, s.credits, s.balance, s.reserved, s.balance - s.reserved, $7::timestamptz
        from unnest($1::bigint[], $2::bigint[], $3::numeric[], $4::numeric[], $5::numeric[], $6::numeric[])
            as s(account, as_of_row, debits, credits, balance, reserved)
        on conflict (account, as_of_row) do nothing
        """;

    const string SavePositionsSql = """
        insert into ledger.saved_positions (batch, accounts, last_rows, debits, credits) values ($1, $2, $3, $4, $5)
        """;

    const string DropSavedSql = "delete from ledger.saved_positions where batch < $1";

    const string AddBulksSql = """
        insert into ledger.bulks (id, batch, ordinal, content, first_row, recorded_at)
        select b.id, $5, b.ordinal, b.content, b.first_row, $6::timestamptz
        from unnest($1::uuid[], $2::int[], $3::bytea[], $4::bigint[]) as b(id, ordinal, content, first_row)
        """;

    const string AddBooksSql = "insert into ledger.book_batches (book, batch) select book, $2 from unnest($1::text[]) as b(book)";

    const string SetCheckpointSql = "update ledger.checkpoint set as_of_row = $1 where as_of_row < $1";
}
