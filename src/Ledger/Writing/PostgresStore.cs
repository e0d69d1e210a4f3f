using Hazina.Platform.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hazina.Ledger.Writing;

/// <summary>The journal in PostgreSQL: one connection of the role <c>ledger_writer</c>, kept as long as it lasts.</summary>
sealed partial class PostgresStore(Database database, LedgerOptions options, ILogger logger) : IJournalStore
{
    /// <summary>The advisory lock that is the turn; any number, the same for ever.</summary>
    const long TurnLock = 0x48415A494E41; // "HAZINA"

    readonly NpgsqlDataSource source = database.Writer("ledger");
    NpgsqlConnection? connection;
    NpgsqlTransaction? transaction;
    bool keepsTurn;
    string? warning;

    public BatchStart Begin(bool keepTurn) =>
        Guard(() =>
        {
            var session = Session();
            var passed = 0; // results read: the turn is the second of them
            try
            {
                transaction = session.BeginTransaction();
                using var batch = new NpgsqlBatch(session);
                if (!keepsTurn)
                {
                    batch.BatchCommands.Add(Command(SetLockTimeoutSql, $"{(int)options.TurnTimeout.TotalMilliseconds}ms"));
                    batch.BatchCommands.Add(Command(keepTurn ? KeepTurnSql : TakeTurnSql, TurnLock));
                }

                batch.BatchCommands.Add(Command(SetLockTimeoutSql, "50ms"));
                batch.BatchCommands.Add(new NpgsqlBatchCommand(HeadSql));
                using var reader = batch.ExecuteReader();
                for (; reader.FieldCount != 3; passed++)
                    reader.NextResult();
                reader.Read();
                var start = new BatchStart(reader.GetFieldValue<DateTimeOffset>(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2));
                keepsTurn |= keepTurn;
                return start;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                Rollback();
                if (keepsTurn || passed > 0)
                    throw new StoreLostException("Somebody has locked the ledger's batches.", e);
                EndSilentHolder();
                throw new StoreLostException($"Another process has had the ledger's turn for {options.TurnTimeout}.", e);
            }
        });

    public bool KeepsTurn => keepsTurn;

    public bool HasAttempt(Guid attempt) =>
        Guard(() =>
        {
            using var command = new NpgsqlCommand(HasAttemptSql, Session()) { Parameters = { new() { Value = attempt } } };
            return (bool)command.ExecuteScalar()!;
        });

    /// <remarks>No timeout, no cancellation: a COMMIT cut short while it waits for a standby looks like one that succeeded.</remarks>
    public bool Commit()
    {
        try
        {
            warning = null;
            using (var commit = new NpgsqlCommand("commit", connection) { CommandTimeout = 0 })
                commit.ExecuteNonQuery();
            transaction!.Dispose();
            transaction = null;
            if (warning is null)
                return true;
            CommitWarned(logger, warning);
        }
        catch (PostgresException e)
            when (e.SqlState.StartsWith("23", StringComparison.Ordinal) || e.SqlState.StartsWith("40", StringComparison.Ordinal))
        {
            Drop();
            throw new BatchRejectedException(IsBlocked(e) ? RejectedBecause.Blocked : RejectedBecause.Faulty, [], e);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException or TimeoutException)
        {
            CommitFailed(logger, e);
        }

        Drop();
        return false;
    }

    public void Rollback()
    {
        try
        {
            var unfinished = copying;
            ForgetAppended();
            if (unfinished is not null)
            {
                unfinished.Cancel();
                unfinished.Dispose();
            }

            transaction?.Rollback();
            transaction?.Dispose();
            transaction = null;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
        {
            Drop(); // a broken session has nothing left to roll back
        }
    }

    public void ReleaseTurn()
    {
        if (!keepsTurn)
            return;
        keepsTurn = false;
        if (connection is null)
            return;
        Guard(() =>
        {
            using var command = new NpgsqlCommand(ReleaseTurnSql, connection) { Parameters = { new() { Value = TurnLock } } };
            return command.ExecuteScalar();
        });
    }

    public void Dispose() => Drop();

    NpgsqlConnection Session()
    {
        if (connection is { State: System.Data.ConnectionState.Open } open)
            return open;
        Drop();
        var session = source.OpenConnection();
        using (var command = new NpgsqlCommand(IsStandbySql, session))
        {
            if ((bool)command.ExecuteScalar()!)
            {
                session.Dispose();
                throw new StoreLostException("This PostgreSQL is a standby; the journal is appended on a primary only.");
            }
        }

        session.Notice += (_, notice) => warning = notice.Notice.InvariantSeverity == "WARNING" ? notice.Notice.MessageText : warning;
        return connection = session;
    }

    /// <summary>Closes the session; the server undoes what was not committed and gives the turn away.</summary>
    void Drop()
    {
        keepsTurn = false;
        transaction = null;
        ForgetAppended();
        if (connection is null)
            return;
        // Not back into the pool: it may still hold the session's lock.
        NpgsqlConnection.ClearPool(connection);
        try
        {
            connection.Dispose();
        }
        catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
        {
            // It was broken already.
        }

        connection = null;
    }

    /// <summary>Turns every way in which a session breaks into one exception.</summary>
    T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (IsLost(e))
        {
            Drop();
            throw new StoreLostException(e.Message, e);
        }
    }

    static bool IsLost(Exception e) =>
        e switch
        {
            PostgresException p => p.SqlState[..2] is "08" or "57" or "53" or "58" or "25" or "XX"
                && p.SqlState != PostgresErrorCodes.QueryCanceled,
            NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException => true,
            InvalidOperationException => true, // a connection that broke between two calls
            _ => false,
        };

    /// <summary>A holder that is silent for so long is frozen, unless it waits for a standby, which is what it should do.</summary>
    void EndSilentHolder()
    {
        using var bare = database.Bare().OpenConnection();
        using var command = new NpgsqlCommand(EndHolderSql, bare)
        {
            Parameters =
            {
                new() { Value = (int)(TurnLock >> 32) },
                new() { Value = unchecked((int)(TurnLock & 0xFFFFFFFF)) },
            },
        };
        if (command.ExecuteScalar() is true)
            HolderEnded(logger, options.TurnTimeout);
    }

    static NpgsqlBatchCommand Command(string sql, object value) => new(sql) { Parameters = { new() { Value = value } } };

    [LoggerMessage(2101, LogLevel.Warning, "The holder of the ledger's turn was silent for {Timeout}; its session was ended")]
    static partial void HolderEnded(ILogger logger, TimeSpan timeout);

    [LoggerMessage(2102, LogLevel.Warning, "COMMIT came back with a warning, so it is in doubt: {Warning}")]
    static partial void CommitWarned(ILogger logger, string warning);

    [LoggerMessage(2103, LogLevel.Warning, "COMMIT failed, so it is in doubt")]
    static partial void CommitFailed(ILogger logger, Exception e);

    const string SetLockTimeoutSql = "select set_config('lock_timeout', $1, true)";

    const string TakeTurnSql = "select pg_advisory_xact_lock($1)";

    const string KeepTurnSql = "select pg_advisory_lock($1)";

    const string ReleaseTurnSql = "select pg_advisory_unlock($1)";

    const string HeadSql = "select clock_timestamp(), number, hash from ledger.batches order by number desc limit 1";

    const string HasAttemptSql = "select exists (select from ledger.batches where attempt = $1)";

    /// <remarks>And hears of warnings: one on COMMIT means that it is in doubt.</remarks>
    const string IsStandbySql = "select pg_is_in_recovery() from set_config('client_min_messages', 'warning', false)";

    const string EndHolderSql = """
        select bool_or(pg_terminate_backend(l.pid))
        from pg_locks as l join pg_stat_activity as a on a.pid = l.pid
        where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database where datname = current_database())
          and l.classid = $1::int8::oid and l.objid = ($2::int8 & 4294967295)::oid and l.objsubid = 1
          and a.wait_event is distinct from 'SyncRep'
        """;
}
