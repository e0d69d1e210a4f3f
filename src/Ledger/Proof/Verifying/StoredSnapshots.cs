using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Npgsql;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>The table of balance snapshots, read in the order of the rows that they are as of, in step with the replay.</summary>
sealed class StoredSnapshots(NpgsqlConnection connection, Findings findings)
{
    readonly RowsInOrder<Row> rows = new(connection, "snapshots", RowsSql, Read);

    /// <summary>Compares the snapshots up to a batch's last row with where the batch has left their accounts.</summary>
    public void Reached(LedgerState state, in BatchHeader header)
    {
        for (; rows.Peek() is { } row && row.AsOfRow <= header.LastRow; rows.Skip())
        {
            if (FlawOf(row, state, header) is { } flaw)
                findings.Add(
                    FindingKind.Stored,
                    header.Number,
                    row.AsOfRow,
                    $"The snapshot of account {row.Account} as of row {row.AsOfRow} {flaw}."
                );
        }
    }

    public void CompareAtEnd(LedgerState state)
    {
        for (; rows.Peek() is { } row; rows.Skip())
            findings.Add(
                FindingKind.Stored,
                null,
                row.AsOfRow,
                $"There is a snapshot of account {row.Account} as of row {row.AsOfRow}; the journal ends at row {state.Head.LastRow}."
            );
    }

    static string? FlawOf(Row row, LedgerState state, in BatchHeader header)
    {
        if (row.Account < 1 || row.Account > state.Accounts.Count)
            return "is of an account that was not open then";
        var account = state.At(row.Account);
        var now = account.Now;
        if (now.LastRow != row.AsOfRow)
            return $"is of a row that its batch {header.Number} did not leave as the account's last one";
        if (row.At < header.RecordedAt)
            return $"is of an earlier time ({row.At:O}) than its row";
        (string Name, decimal Stored, decimal Follows)[] numbers =
        [
            ("debits", row.Debits, now.Debits),
            ("credits", row.Credits, now.Credits),
            ("balance", row.Balance, account.BalanceOf(now)),
            ("reserved", row.Reserved, now.Held),
            ("available", row.Available, account.AvailableOf(now)),
        ];
        foreach (var (name, stored, follows) in numbers)
        {
            if (stored != follows)
                return $"says {name} {stored}; the journal says {follows}";
        }

        return null;
    }

    static Row Read(NpgsqlDataReader reader) =>
        new(
            reader.GetInt64(0),
            reader.GetInt64(1),
            reader.GetDecimal(2),
            reader.GetDecimal(3),
            reader.GetDecimal(4),
            reader.GetDecimal(5),
            reader.GetDecimal(6),
            reader.GetFieldValue<DateTimeOffset>(7)
        );

    sealed record Row(
        long Account,
        long AsOfRow,
        decimal Debits,
        decimal Credits,
        decimal Balance,
        decimal Reserved,
        decimal Available,
        DateTimeOffset At
    );

    const string RowsSql = """
        select account, as_of_row, debits, credits, balance, reserved, available, at from ledger.balance_snapshots order by as_of_row, account
        """;
}
