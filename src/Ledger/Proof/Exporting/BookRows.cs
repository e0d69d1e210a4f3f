using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Proof.Verifying;
using Hazina.Ledger.Writing;
using Hazina.Money;
using Npgsql;

namespace Hazina.Ledger.Proof.Exporting;

/// <summary>One book's transactions in the order of the journal, all of one moment, a transaction in memory at a time.</summary>
sealed class BookRows(NpgsqlDataSource source, string book)
{
    /// <summary>Calls back for each transaction of the book.</summary>
    /// <returns>How many there were.</returns>
    public long ForEach(Action<ExportedTransaction> take, CancellationToken cancel)
    {
        using var snapshot = new Snapshot(source);
        using var side = snapshot.Join();
        var accounts = Accounts(side);
        if (accounts.Count == 0)
            throw new BrokenProofException($"There is no account in book '{book}'. The books are live and sandbox.");
        using var connection = snapshot.Join();
        using var command = new NpgsqlCommand(RowsSql, connection) { CommandTimeout = 0 };
        using var reader = command.ExecuteReader();
        var rows = new List<JournalRow>();
        byte[]? details = null;
        var count = 0L;
        while (reader.Read())
        {
            var row = JournalColumns.Read(reader);
            if (row.Leg == 0)
            {
                End();
                details = reader.IsDBNull(18) ? null : reader.GetFieldValue<byte[]>(18);
                cancel.ThrowIfCancellationRequested();
            }

            rows.Add(row);
        }

        End();
        return count;

        void End()
        {
            if (rows.Count > 0 && accounts.ContainsKey(rows[0].Debit))
            {
                take(new ExportedTransaction(rows, details is null ? null : PostingReader.Details(details), accounts));
                count++;
            }

            rows.Clear();
        }
    }

    Dictionary<long, ExportedAccount> Accounts(NpgsqlConnection connection)
    {
        var accounts = new Dictionary<long, ExportedAccount>();
        using var command = new NpgsqlCommand(AccountsSql, connection) { CommandTimeout = 0, Parameters = { new() { Value = book } } };
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var accountClass = (AccountClass)reader.GetInt16(3);
            accounts.Add(
                reader.GetInt64(0),
                new ExportedAccount(
                    reader.GetGuid(1),
                    Currency.Of(reader.GetString(2)),
                    accountClass,
                    $"{PostingJson.NameOf(accountClass)}:{reader.GetGuid(1)}"
                )
            );
        }

        return accounts;
    }

    const string AccountsSql = "select number, id, currency, class from ledger.accounts where book = $1";

    const string RowsSql = $"""
        select {JournalColumns.Names}, d.content
        from ledger.journal left join ledger.transaction_details as d using (seq)
        order by seq
        """;
}

/// <summary>An account as an export names it.</summary>
/// <param name="Name">Class and id: <c>liability:0198…</c>.</param>
sealed record ExportedAccount(Guid Id, Currency Currency, AccountClass Class, string Name);

/// <summary>A transaction as it is exported; good until the next one comes.</summary>
sealed record ExportedTransaction(List<JournalRow> Rows, Posting? Said, Dictionary<long, ExportedAccount> Accounts);
