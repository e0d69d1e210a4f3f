using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Npgsql;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>
/// The table of accounts: who each is, what it allows, and where it stood when that was written; where it was saved last, which a start builds on; and the
/// checkpoint.
/// </summary>
sealed class StoredAccounts
{
    readonly NpgsqlConnection connection;
    readonly Findings findings;
    readonly List<StoredPosition> own = [];
    readonly List<StoredPosition> saved = [];
    readonly long checkpoint;
    bool isCheckpointReached;

    public StoredAccounts(NpgsqlConnection connection, Findings findings)
    {
        (this.connection, this.findings) = (connection, findings);
        using (var command = new NpgsqlCommand(CheckpointSql, connection))
            checkpoint = command.ExecuteScalar() is long row ? row : -1;
        isCheckpointReached = checkpoint == 0;
        using var query = new NpgsqlCommand(PositionsSql, connection) { CommandTimeout = 0 };
        using var reader = query.ExecuteReader();
        while (reader.Read())
        {
            while (saved.Count < reader.GetInt64(0) - 1 && saved.Count < int.MaxValue)
            {
                own.Add(default); // one is missing, which is told at the end
                saved.Add(default);
            }

            own.Add(new StoredPosition(reader.GetInt64(1), reader.GetDecimal(2), reader.GetDecimal(3)));
            saved.Add(new StoredPosition(reader.GetInt64(4), reader.GetDecimal(5), reader.GetDecimal(6)));
        }
    }

    /// <summary>An account stands where a batch has left it.</summary>
    public void Reached(Account account, long batch)
    {
        if (account.Number > saved.Count)
            return;
        Reached(own, "stored", account, batch);
        Reached(saved, "saved", account, batch);
    }

    void Reached(List<StoredPosition> positions, string how, Account account, long batch)
    {
        var stored = positions[(int)account.Number - 1];
        if (stored.LastRow != account.Now.LastRow)
            return;
        positions[(int)account.Number - 1] = stored with { IsReached = true };
        if (stored.Debits != account.Now.Debits || stored.Credits != account.Now.Credits)
        {
            findings.Add(
                FindingKind.Stored,
                batch,
                stored.LastRow,
                $"Account {account.Number} ({account.Id}) is {how} with debits {stored.Debits} and credits {stored.Credits} as of row "
                    + $"{stored.LastRow}; the journal "
                    + $"says {account.Now.Debits} and {account.Now.Credits}."
            );
        }
    }

    /// <summary>What the checkpoint promises: up to it, every row is in its accounts' saved positions.</summary>
    public void ReachedRow(LedgerState state, in BatchHeader header)
    {
        if (isCheckpointReached || header.LastRow != checkpoint)
            return;
        isCheckpointReached = true;
        foreach (var account in state.Accounts)
        {
            if (account.Number <= saved.Count && account.Now.LastRow > saved[(int)account.Number - 1].LastRow)
            {
                findings.Add(
                    FindingKind.Stored,
                    header.Number,
                    checkpoint,
                    $"The checkpoint says that everything up to row {checkpoint} is in the saved positions, but row {account.Now.LastRow} of "
                        + $"account {account.Number} "
                        + $"({account.Id}) is not."
                );
            }
        }
    }

    /// <summary>Everything else about the accounts, at the end of the journal.</summary>
    public void CompareAtEnd(LedgerState state)
    {
        if (!isCheckpointReached)
            Tell($"The checkpoint stands at row {checkpoint}, where no batch ends.");
        var next = 1L;
        using var command = new NpgsqlCommand(AccountsSql, connection) { CommandTimeout = 0 };
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var number = reader.GetInt64(0);
            for (; next < number && next <= state.Accounts.Count; next++)
                Missing(state.At(next));
            if (number < next || number > state.Accounts.Count)
                Tell($"Account {number} ({reader.GetGuid(1)}) is stored, but no row of the journal opens it.");
            else
                Compare(state.At(number), reader);
            next = Math.Max(next, number + 1);
        }

        for (; next <= state.Accounts.Count; next++)
            Missing(state.At(next));
    }

    void Compare(Account account, NpgsqlDataReader reader)
    {
        var terms = account.Now.Terms;
        (string Name, object? Stored, object? Follows)[] columns =
        [
            ("id", reader.GetGuid(1), account.Id),
            ("book", reader.GetString(2), account.Book),
            ("currency", reader.GetString(3), account.Currency.Code),
            ("scale", (int)reader.GetInt16(4), account.Currency.Scale),
            ("class", (AccountClass)reader.GetInt16(5), account.Class),
            ("owner", Value<string>(reader, 6), account.Owner),
            ("floor", Value<decimal>(reader, 7), terms.Floor),
            ("ceiling", Value<decimal>(reader, 8), terms.Ceiling),
            ("frozen", (Freeze)reader.GetInt16(9), terms.Frozen),
            ("opened_at", reader.GetFieldValue<DateTimeOffset>(10), account.OpenedAt),
            ("closed_at", Value<DateTimeOffset>(reader, 11), terms.ClosedAt),
        ];
        foreach (var (name, stored, follows) in columns)
        {
            if (!Equals(stored, follows))
                Tell(
                    $"Account {account.Number} ({account.Id}) is stored with {name} {stored ?? "none"}; the journal says {follows ?? "none"}."
                );
        }

        CompareReached(own, "stored", account);
        CompareReached(saved, "saved", account);
    }

    void CompareReached(List<StoredPosition> positions, string how, Account account)
    {
        if (positions[(int)account.Number - 1] is { IsReached: false } stored)
            Tell($"Account {account.Number} ({account.Id}) is {how} as of row {stored.LastRow}, which no batch left as its last one.");
    }

    static object? Value<T>(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);

    void Missing(Account account) => Tell($"Account {account.Number} ({account.Id}), which the journal opens, is not stored.");

    void Tell(string what) => findings.Add(FindingKind.Stored, null, null, what);

    record struct StoredPosition(long LastRow, decimal Debits, decimal Credits, bool IsReached = false);

    const string CheckpointSql = "select as_of_row from ledger.checkpoint";

    const string PositionsSql = """
        select number, a.last_row, a.debits, a.credits, p.last_row, p.debits, p.credits
        from ledger.accounts as a join ledger.positions as p using (number) where number > 0 order by number
        """;

    const string AccountsSql = """
        select number, id, book, currency, scale, class, owner, floor, ceiling, frozen, opened_at, closed_at
        from ledger.accounts order by number
        """;
}
