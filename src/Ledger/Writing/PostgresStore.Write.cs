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

    /// <summary>All sets in one message: the server does one after another, and is waited for once.</summary>
    void WriteAlongside(IReadOnlyList<AlongsideCall> calls)
    {
        using var batch = new NpgsqlBatch(connection);
        var sets = new Dictionary<NpgsqlBatchCommand, AlongsideCall>(calls.Count);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(BeginAlongsideSql));
        foreach (var byModule in calls.GroupBy(c => c.Statement.Module, StringComparer.Ordinal))
        {
            batch.BatchCommands.Add(Command(SetRoleSql, byModule.Key + "_writer"));
            foreach (var call in byModule)
            {
                var set = SetOf(call);
                sets.Add(set, call);
                batch.BatchCommands.Add(set);
            }
        }

        batch.BatchCommands.Add(new NpgsqlBatchCommand(ConstraintsSql));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(EndAlongsideSql));
        List<int> missed;
        try
        {
            missed = Missed(batch, sets);
        }
        catch (PostgresException e) when (IsBlocked(e) && e.BatchCommand is NpgsqlBatchCommand set && sets.TryGetValue(set, out var call))
        {
            Reject(call, RejectedBecause.Blocked, e);
            return;
        }

        if (missed.Count > 0)
        {
            Rollback();
            throw new BatchRejectedException(RejectedBecause.Missed, missed);
        }

        foreach (var (set, call) in sets)
            if (!call.Statement.Guarded && set.RecordsAffected != call.Rows.Count)
                Reject(
                    call,
                    RejectedBecause.Faulty,
                    new InvalidOperationException($"{call.Statement.Name} touched {set.RecordsAffected} rows of {call.Rows.Count}.")
                );
    }

    static NpgsqlBatchCommand SetOf(AlongsideCall call)
    {
        var set = new NpgsqlBatchCommand(call.Statement.Sql)
        {
            Parameters = { new() { Value = Enumerable.Range(0, call.Rows.Count).ToArray() } },
        };
        for (var column = 0; column < call.Statement.Columns.Count; column++)
        {
            var values = new object?[call.Rows.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = call.Rows[i].Values[column];
            set.Parameters.Add(AlongsideArrays.Parameter(call.Statement.Columns[column], values));
        }

        return set;
    }

    /// <summary>Does the sets.</summary>
    /// <returns>The items whose guarded row the first set that missed any did not give back: what a later set stumbles over is of no account then.</returns>
    static List<int> Missed(NpgsqlBatch batch, Dictionary<NpgsqlBatchCommand, AlongsideCall> sets)
    {
        var missed = new List<int>();
        try
        {
            using var reader = batch.ExecuteReader();
            foreach (NpgsqlBatchCommand command in batch.BatchCommands)
            {
                // Only what gives rows is a result: a guarded set, and a setting of a value.
                if (
                    sets.TryGetValue(command, out var call)
                        ? !call.Statement.Guarded
                        : !command.CommandText.StartsWith("select", StringComparison.Ordinal)
                )
                    continue;
                if (call is not null && missed.Count == 0)
                {
                    var rows = new HashSet<int>(Enumerable.Range(0, call.Rows.Count));
                    while (reader.Read())
                        rows.Remove(reader.GetInt32(0));
                    missed.AddRange(rows.Select(m => call.Rows[m].Item).Distinct());
                }

                reader.NextResult();
            }
        }
        catch (PostgresException e) when (missed.Count > 0 && !IsLost(e))
        {
            // Undone with the rest.
        }

        return missed;
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

    const string ConstraintsSql = "set constraints all immediate";

    const string SetRoleSql = "select set_config('role', $1, true)";

    // Rows are looked up by their keys, here always: a plan that was made while a table was small, and is kept, must not read all of it once it is large. It
    // costs so much on paper then, where there is no other way, that it would be compiled first: that never pays.
    const string BeginAlongsideSql = """
        select set_config('statement_timeout', '500ms', true), set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)
        """;

    const string EndAlongsideSql = """
        select set_config('role', 'ledger_writer', true), set_config('statement_timeout', '0', true), set_config('enable_seqscan', 'on', true)
        """;

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
