using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Proof.Receipts;

/// <summary>What a receipt proves, in plain words.</summary>
static class ReceiptWords
{
    public static IEnumerable<string> Of(Receipt receipt, JournalRow[] rows, bool isTrusted)
    {
        var accounts = receipt.Accounts.ToDictionary(a => a.Number);
        yield return $"Transaction {receipt.Transaction}, a "
            + $"{rows[0].BusinessKind}{(rows[0].Flags.HasFlag(RowFlags.Reversal) ? " that reverses another one" : "")}"
            + $"{(rows[0].Flags.HasFlag(RowFlags.Forced) ? ", forced" : "")}, was recorded at {receipt.Rows[0].RecordedAt}.";
        foreach (var (row, said) in rows.Zip(receipt.Rows))
            yield return Sentence(row, said, accounts);
        if (receipt.Details is { } details)
            yield return $"It says: {details}";
        yield return $"The hashes of {(rows.Length == 1 ? "this row" : $"these {rows.Length} rows")} lead to batch {receipt.Batch.Number} "
            + $"of the ledger {receipt.Head.Ledger[..12]}…, "
            + $"and from there over {receipt.Links.Count} further batches to the head of batch {receipt.Head.Batch}, signed at {receipt.Head.SignedAt}.";
        yield return "Which accounts the numbers stand for, and their currency, is under the receipt's own signature.";
        yield return isTrusted
            ? $"Both are signed by the key that you gave, {receipt.Head.Key}."
            : $"Both are signed by the key {receipt.Head.Key}, which came with the receipt: compare it with the one that the ledger "
                + $"publishes, or give that one (--key).";
    }

    static string Sentence(in JournalRow row, ReceiptRow said, Dictionary<long, ReceiptAccount> accounts)
    {
        var (debit, credit) = (Named(row.Debit, accounts), Named(row.Credit, accounts));
        var amount = $"{said.Amount} {accounts.GetValueOrDefault(row.Debit)?.Currency}".TrimEnd();
        var held = row.Reservation is { } id ? $" of reservation {id}, which leaves {said.HeldAfter} held" : "";
        return row.Kind switch
        {
            RowKind.Leg =>
                $"Row {row.Seq}: {amount} debited to {debit} and credited to {credit}{held}. Debits less credits are {said.DebitAfter} and "
                    + $"{said.CreditAfter} afterwards.",
            RowKind.Reserve => $"Row {row.Seq}: {amount} reserved on {debit}{held}.",
            RowKind.Release => $"Row {row.Seq}: {amount} released on {debit}{held}.",
            RowKind.Expire => $"Row {row.Seq}: {amount} expired on {debit}{held}.",
            RowKind.Open => $"Row {row.Seq}: opens {debit}.",
            RowKind.Change => $"Row {row.Seq}: changes {debit}.",
            RowKind.Close => $"Row {row.Seq}: closes {debit}.",
            _ => $"Row {row.Seq}.",
        };
    }

    static string Named(long number, Dictionary<long, ReceiptAccount> accounts) =>
        accounts.TryGetValue(number, out var account)
            ? $"account {number} ({account.Class} {account.Id}, book {account.Book})"
            : $"account {number}";
}
