using System.Data;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Money;
using Npgsql;

namespace Hazina.Ledger.Writing;

/// <summary>The quick start: accounts, live reservations and live counters as they are, positions from their snapshots and the rows since.</summary>
sealed partial class PostgresStore
{
    public (LedgerState State, long Checkpoint) Load() =>
        Guard(() =>
        {
            var session = Session();
            using var read = session.BeginTransaction(IsolationLevel.RepeatableRead);
            var state = new LedgerState();
            using (var command = Query(LoadHeadSql))
            using (var reader = command.ExecuteReader())
            {
                reader.Read();
                RequireKnown(reader.GetInt16(4), reader.GetInt64(0));
                state.Head = new BatchHead(
                    reader.GetInt64(0),
                    reader.GetFieldValue<byte[]>(1),
                    reader.GetInt64(2),
                    reader.GetFieldValue<DateTimeOffset>(3)
                );
            }

            long checkpoint;
            using (var command = Query(LoadCheckpointSql))
                checkpoint = (long)command.ExecuteScalar()!;
            LoadAccounts(state);
            LoadPositions(state);
            LoadReservations(state);
            LoadCounters(state);
            ReplayPositions(state, checkpoint);
            read.Commit();
            CheckSums(state);
            return (state, checkpoint);
        });

    void LoadAccounts(LedgerState state)
    {
        using var copy = new CopyReader(connection!, CopyAccountsOutSql);
        var (code, currency) = ("", (Currency?)null);
        var terms = new Terms(null, null, Freeze.None, null);
        while (copy.NextRow(15))
        {
            var (number, id, book, named) = (copy.Int64(), copy.Id(), string.Intern(copy.Text()!), copy.Text()!);
            if (currency is null || named != code)
                (code, currency) = (named, Currency.Of(named));
            Invariant.Holds(currency.Scale == copy.Int16(), $"account {number} keeps {currency} at the scale this version knows");
            var (type, owner) = ((AccountClass)copy.Int16(), copy.Text());
            var own = new Terms(copy.OptionalNumber(), copy.OptionalNumber(), (Freeze)copy.Int16(), copy.OptionalTime());
            if (own != terms)
                terms = own; // neighbours mostly have the same ones, and share them
            state.Add(
                new Account
                {
                    Number = number,
                    Id = id,
                    Book = book,
                    Currency = currency,
                    Class = type,
                    Owner = owner,
                    OpenedAt = copy.Time(),
                    Now =
                    {
                        Terms = terms,
                        Debits = copy.Number(),
                        Credits = copy.Number(),
                        LastRow = copy.Int64(),
                    },
                }
            );
        }
    }

    /// <summary>Where accounts stood when they were saved last. Another process may have saved the same again, and a change may be later than both.</summary>
    void LoadPositions(LedgerState state)
    {
        using var command = Query(LoadPositionsSql);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var batch = reader.GetInt64(0);
            var (accounts, lastRows) = (reader.GetFieldValue<long[]>(1), reader.GetFieldValue<long[]>(2));
            var (debits, credits) = (reader.GetFieldValue<decimal[]>(3), reader.GetFieldValue<decimal[]>(4));
            for (var i = 0; i < accounts.Length; i++)
            {
                ref var now = ref state.At(accounts[i]).Now;
                if (lastRows[i] > now.LastRow)
                    (now.LastRow, now.Debits, now.Credits) = (lastRows[i], debits[i], credits[i]);
                if (lastRows[i] == now.LastRow)
                    now.SavedIn = batch;
            }
        }
    }

    void LoadReservations(LedgerState state)
    {
        using var command = Query(LoadReservationsSql);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var account = state.At(reader.GetInt64(1));
            var remaining = reader.GetDecimal(3);
            state.Set(
                reader.GetGuid(0),
                new Reservation(
                    reader.GetGuid(0),
                    account,
                    reader.GetDecimal(2),
                    remaining,
                    reader.GetDecimal(4),
                    reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5),
                    reader.GetFieldValue<DateTimeOffset>(6),
                    reader.GetInt64(7)
                )
            );
            account.Now.Held += remaining;
        }
    }

    void LoadCounters(LedgerState state)
    {
        using var command = Query(LoadCountersSql, state.Head.RecordedAt);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            state.Set(
                new CounterKey(reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2)),
                new Counter(reader.GetFieldValue<DateTimeOffset>(3), reader.GetDecimal(4))
            );
        }
    }

    /// <summary>Accounts, holds and counters were read as of the head; what lags behind is what each account has, and its last row.</summary>
    void ReplayPositions(LedgerState state, long checkpoint)
    {
        using var copy = new CopyReader(connection!, CopyRowsOutSql(checkpoint, state.Head.LastRow));
        while (copy.NextRow(7))
        {
            var (seq, kind) = (copy.Int64(), (RowKind)copy.Int16());
            Invariant.Holds(Enum.IsDefined(kind), $"row {seq} is of kind {(int)kind}, which this version does not know");
            var (debit, credit, amount) = (copy.Int64(), copy.OptionalInt64(), copy.OptionalNumber());
            var (debitPrevious, creditPrevious) = (copy.OptionalInt64(), copy.OptionalInt64());
            var isLeg = kind == RowKind.Leg;
            Advance(state.At(debit), seq, debitPrevious ?? 0, isLeg ? amount!.Value : 0, 0);
            if (isLeg)
                Advance(state.At(credit!.Value), seq, creditPrevious!.Value, 0, amount!.Value);
        }

        static void Advance(Account account, long seq, long previous, decimal debit, decimal credit)
        {
            ref var now = ref account.Now;
            if (seq <= now.LastRow)
                return; // it is in the snapshot
            Invariant.Holds(previous == now.LastRow, $"row {seq} follows row {now.LastRow} on account {account.Number}");
            now.Debits += debit;
            now.Credits += credit;
            now.LastRow = seq;
            now.Events++;
            now.IsUnsaved = true;
        }
    }

    /// <summary>The cheapest proof there is: every book sums to nothing.</summary>
    static void CheckSums(LedgerState state)
    {
        // Not decimals: they are rounded where many large ones are added.
        var sums = new Dictionary<(string Book, Currency Currency), Int128>();
        foreach (var account in state.Accounts)
        {
            var key = (account.Book, account.Currency);
            sums[key] = sums.GetValueOrDefault(key) + RowBytes.Scaled(account.Now.Net);
        }

        foreach (var (key, sum) in sums)
            Invariant.Holds(sum == 0, $"book {key.Book} sums to zero in {key.Currency}");
    }

    const string LoadHeadSql = "select number, hash, last_row, recorded_at, format from ledger.batches order by number desc limit 1";

    const string LoadCheckpointSql = "select as_of_row from ledger.checkpoint";

    const string CopyAccountsOutSql = """
        copy (
            select number, id, book, currency, scale, class, owner, floor, ceiling, frozen, closed_at, opened_at, debits, credits, last_row
            from ledger.accounts order by number
        ) to stdout (format binary)
        """;

    const string LoadPositionsSql = "select batch, accounts, last_rows, debits, credits from ledger.saved_positions order by batch";

    const string LoadReservationsSql = """
        select id, account, amount, remaining, captured, expires_at, created_at, created_row from ledger.reservations where status = 'ACTIVE'
        """;

    const string LoadCountersSql =
        "select account, tag, period_start, period_end, total from ledger.turnover_counters where period_end > $1";

    static string CopyRowsOutSql(long after, long last) =>
        $"""
            copy (
                select seq, kind, debit_account, credit_account, amount, debit_previous, credit_previous
                from ledger.journal where seq > {after} and seq <= {last} order by seq
            ) to stdout (format binary)
            """;
}
