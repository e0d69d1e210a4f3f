using System.Runtime.InteropServices;
using Hazina.Ledger.Decisions;
using Npgsql;
using NpgsqlTypes;

namespace Hazina.Ledger.Writing;

/// <summary>How a batch is written: the rows of the journal as they are decided, then everything that goes with them.</summary>
sealed partial class PostgresStore
{
    /// <summary>A server that takes no row for so long is not there any more.</summary>
    const int CopyTimeout = 120_000;

    NpgsqlRawCopyStream? copying;
    CopyBuffer? appending;
    int appended;

    public void Append(List<JournalRow> rows) =>
        Write(() =>
        {
            if (appending is null)
            {
                copying = connection!.BeginRawBinaryCopy(CopyJournalSql);
                copying.ReadTimeout = copying.WriteTimeout = CopyTimeout;
                appending = new CopyBuffer(copying);
                appending.Begin();
            }

            foreach (ref readonly var row in CollectionsMarshal.AsSpan(rows)[appended..])
                appending.Add(row);
            appended = rows.Count;
        });

    public void Write(BatchContents batch)
    {
        if (batch.Rows.Count > appended)
            Append(batch.Rows);
        Write(() =>
        {
            EndAppending();
            CopyRest(batch);
            if (batch.Alongside.Count > 0)
                WriteAlongside(batch.Alongside);
            WriteState(batch);
        });
    }

    void EndAppending()
    {
        if (appending is null)
            return;
        appending.End();
        var ended = copying!;
        ForgetAppended();
        ended.Dispose(); // the server says here whether it has them all
    }

    void ForgetAppended()
    {
        copying = null;
        appending = null;
        appended = 0;
    }

    void Write(Action action) =>
        Guard<object?>(() =>
        {
            try
            {
                action();
                return null;
            }
            catch (PostgresException e) when (IsBlocked(e))
            {
                Rollback();
                throw new BatchRejectedException(RejectedBecause.Blocked, [], e);
            }
            catch (PostgresException e) when (!IsLost(e))
            {
                Rollback();
                throw new BatchRejectedException(RejectedBecause.Faulty, [], e);
            }
            catch (Exception e) when (e is InvalidCastException or OverflowException or ArgumentException)
            {
                // A value alongside that is not of its column's type: the import stands open, so the session goes with it.
                Drop();
                throw new BatchRejectedException(RejectedBecause.Faulty, [], e);
            }
        });

    void WriteAlongside(IReadOnlyList<AlongsideCall> calls)
    {
        Run(SetStatementTimeoutSql, "500ms");
        foreach (var byModule in calls.GroupBy(c => c.Statement.Module, StringComparer.Ordinal))
        {
            Run(SetRoleSql, byModule.Key + "_writer");
            foreach (var call in byModule)
                WriteSet(call);
        }

        Run("set constraints all immediate");
        Run(SetRoleSql, "ledger_writer");
        Run(SetStatementTimeoutSql, "0");
    }

    void WriteSet(AlongsideCall call)
    {
        var statement = call.Statement;
        using var command = new NpgsqlCommand(statement.Sql, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = Enumerable.Range(0, call.Rows.Count).ToArray() });
        for (var column = 0; column < statement.Columns.Count; column++)
        {
            var values = new object?[call.Rows.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = call.Rows[i].Values[column];
            command.Parameters.Add(AlongsideArrays.Parameter(statement.Columns[column], values));
        }

        try
        {
            if (!statement.Guarded)
            {
                var touched = command.ExecuteNonQuery();
                if (touched != call.Rows.Count)
                    Reject(
                        call,
                        RejectedBecause.Faulty,
                        new InvalidOperationException($"{statement.Name} touched {touched} rows of {call.Rows.Count}.")
                    );
                return;
            }

            var missed = new HashSet<int>(Enumerable.Range(0, call.Rows.Count));
            using (var reader = command.ExecuteReader())
            {
                while (reader.Read())
                    missed.Remove(reader.GetInt32(0));
            }

            if (missed.Count > 0)
            {
                Rollback();
                throw new BatchRejectedException(RejectedBecause.Missed, [.. missed.Select(m => call.Rows[m].Item).Distinct()]);
            }
        }
        catch (PostgresException e) when (IsBlocked(e))
        {
            Reject(call, RejectedBecause.Blocked, e);
        }
    }

    /// <summary>Somebody else's lock, such as that of an index being made, is no fault of the batch.</summary>
    static bool IsBlocked(PostgresException e) =>
        e.SqlState
            is PostgresErrorCodes.LockNotAvailable
                or PostgresErrorCodes.QueryCanceled
                or PostgresErrorCodes.DeadlockDetected
                or PostgresErrorCodes.SerializationFailure;

    /// <summary>A statement that fails for one posting is tried for each alone; one that blocks fails all that use it.</summary>
    void Reject(AlongsideCall call, RejectedBecause reason, Exception cause)
    {
        Rollback();
        var blamed = call.Rows.Select(r => r.Item).Distinct().ToList();
        throw new BatchRejectedException(reason, reason == RejectedBecause.Blocked || blamed.Count == 1 ? blamed : [], cause);
    }

    void Run(string sql, string? value = null)
    {
        using var command = new NpgsqlCommand(sql, connection);
        if (value is not null)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        command.ExecuteNonQuery();
    }

    void CopyRest(BatchContents batch)
    {
        if (batch.Details.Count > 0)
        {
            using var copy = connection!.BeginBinaryImport(CopyDetailsSql);
            foreach (var row in batch.Details)
            {
                copy.StartRow();
                copy.Write(row.Seq, NpgsqlDbType.Bigint);
                copy.Write(row.Content, NpgsqlDbType.Bytea);
                copy.Write(row.Content, NpgsqlDbType.Jsonb);
                JournalColumns.Write(copy, row.Reverses, NpgsqlDbType.Uuid);
            }

            copy.Complete();
        }

        if (batch.Refusals.Count > 0)
        {
            using var copy = connection!.BeginBinaryImport(CopyRefusalsSql);
            for (var i = 0; i < batch.Refusals.Count; i++)
            {
                var refusal = batch.Refusals[i];
                copy.StartRow();
                copy.Write(refusal.Id, NpgsqlDbType.Uuid);
                copy.Write(refusal.Batch, NpgsqlDbType.Bigint);
                copy.Write(i, NpgsqlDbType.Integer);
                copy.Write(refusal.Content, NpgsqlDbType.Bytea);
                copy.Write(refusal.Code, NpgsqlDbType.Text);
                JournalColumns.Write(copy, refusal.Field, NpgsqlDbType.Text);
                copy.Write(refusal.RecordedAt, NpgsqlDbType.TimestampTz);
            }

            copy.Complete();
        }

        if (batch.Opened.Count > 0)
            CopyAccounts(batch.Opened);
        if (batch.Reservations.Any(r => r.IsNew))
            CopyReservations(batch);
        var valueDated = batch
            .Rows.Where(r => r.EffectiveDate is { } date && date != DateOnly.FromDateTime(r.RecordedAt.UtcDateTime))
            .ToList();
        if (valueDated.Count > 0)
        {
            using var copy = connection!.BeginBinaryImport(CopyValueDatedSql);
            foreach (var row in valueDated)
            {
                copy.StartRow();
                copy.Write(row.Seq, NpgsqlDbType.Bigint);
                copy.Write(row.EffectiveDate!.Value, NpgsqlDbType.Date);
                copy.Write(row.RecordedAt, NpgsqlDbType.TimestampTz);
            }

            copy.Complete();
        }
    }

    void CopyAccounts(IReadOnlyList<(Account Account, Position Position)> opened)
    {
        using var copy = connection!.BeginBinaryImport(CopyAccountsSql);
        foreach (var (account, position) in opened)
        {
            copy.StartRow();
            copy.Write(account.Number, NpgsqlDbType.Bigint);
            copy.Write(account.Id, NpgsqlDbType.Uuid);
            copy.Write(account.Book, NpgsqlDbType.Text);
            copy.Write(account.Currency.Code, NpgsqlDbType.Text);
            copy.Write((short)account.Currency.Scale, NpgsqlDbType.Smallint);
            copy.Write((short)account.Class, NpgsqlDbType.Smallint);
            JournalColumns.Write(copy, account.Owner, NpgsqlDbType.Text);
            JournalColumns.Write(copy, position.Terms.Floor, NpgsqlDbType.Numeric);
            JournalColumns.Write(copy, position.Terms.Ceiling, NpgsqlDbType.Numeric);
            copy.Write((short)position.Terms.Frozen, NpgsqlDbType.Smallint);
            copy.Write(account.OpenedAt, NpgsqlDbType.TimestampTz);
            JournalColumns.Write(copy, position.Terms.ClosedAt, NpgsqlDbType.TimestampTz);
            copy.Write(position.Debits, NpgsqlDbType.Numeric);
            copy.Write(position.Credits, NpgsqlDbType.Numeric);
            copy.Write(position.LastRow, NpgsqlDbType.Bigint);
        }

        copy.Complete();
    }

    void CopyReservations(BatchContents batch)
    {
        using var copy = connection!.BeginBinaryImport(CopyReservationsSql);
        foreach (var change in batch.Reservations)
        {
            if (!change.IsNew)
                continue;
            var reservation = change.Reservation;
            copy.StartRow();
            copy.Write(reservation.Id, NpgsqlDbType.Uuid);
            copy.Write(reservation.Account.Number, NpgsqlDbType.Bigint);
            copy.Write(reservation.Amount, NpgsqlDbType.Numeric);
            copy.Write(reservation.Remaining, NpgsqlDbType.Numeric);
            copy.Write(reservation.Captured, NpgsqlDbType.Numeric);
            copy.Write(JournalColumns.NameOf(change.Status), NpgsqlDbType.Text);
            JournalColumns.Write(copy, reservation.ExpiresAt, NpgsqlDbType.TimestampTz);
            copy.Write(reservation.CreatedAt, NpgsqlDbType.TimestampTz);
            JournalColumns.Write(
                copy,
                change.Status == ReservationStatus.Active ? null : (DateTimeOffset?)batch.Header.RecordedAt,
                NpgsqlDbType.TimestampTz
            );
            copy.Write(reservation.CreatedRow, NpgsqlDbType.Bigint);
        }

        copy.Complete();
    }

    const string SetRoleSql = "select set_config('role', $1, true)";

    const string SetStatementTimeoutSql = "select set_config('statement_timeout', $1, true)";

    const string CopyJournalSql = $"copy ledger.journal ({JournalColumns.Names}) from stdin (format binary)";

    const string CopyDetailsSql = "copy ledger.transaction_details (seq, content, document, reverses) from stdin (format binary)";

    const string CopyRefusalsSql =
        "copy ledger.refusals (id, batch, ordinal, content, code, field, recorded_at) from stdin (format binary)";

    const string CopyValueDatedSql = "copy ledger.value_dated (seq, effective_date, recorded_at) from stdin (format binary)";

    const string CopyAccountsSql = """
        copy ledger.accounts (number, id, book, currency, scale, class, owner, floor, ceiling, frozen, opened_at, closed_at, debits, credits, last_row)
        from stdin (format binary)
        """;

    const string CopyReservationsSql = """
        copy ledger.reservations (id, account, amount, remaining, captured, status, expires_at, created_at, ended_at, created_row)
        from stdin (format binary)
        """;
}
