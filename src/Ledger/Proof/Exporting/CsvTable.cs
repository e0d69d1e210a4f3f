using System.Globalization;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Proof.Exporting;

/// <summary>The rows as comma-separated values (RFC 4180). Balances are debits less credits, as the journal keeps them.</summary>
sealed class CsvTable(TextWriter to)
{
    public void Begin() =>
        to.Write(
            "row,recorded_at,effective_date,transaction_id,leg,legs,do,kind,debit_account,credit_account,amount,currency,debit_after,credit_after,reservation,"
                + "held_after,forced,reverses,reference,description\r\n"
        );

    public void Write(ExportedTransaction transaction)
    {
        foreach (var row in transaction.Rows)
        {
            var isLeg = row.Kind == RowKind.Leg;
            var debit = transaction.Accounts[row.Debit];
            Plain(row.Seq.ToString(CultureInfo.InvariantCulture), isFirst: true);
            Plain(PostingJson.Time(row.RecordedAt));
            Plain(row.EffectiveDate?.ToString("O", CultureInfo.InvariantCulture));
            Plain(row.TransactionId.ToString());
            Plain(row.Leg.ToString(CultureInfo.InvariantCulture));
            Plain(row.Legs.ToString(CultureInfo.InvariantCulture));
            Plain(row.Kind.ToString().ToLowerInvariant());
            Plain(row.BusinessKind);
            Plain(debit.Name);
            Plain(isLeg ? transaction.Accounts[row.Credit].Name : null);
            Plain(row.Amount == 0 ? null : PostingJson.Shortest(row.Amount));
            Plain(debit.Currency.Code);
            Plain(PostingJson.Shortest(row.DebitAfter));
            Plain(isLeg ? PostingJson.Shortest(row.CreditAfter) : null);
            Plain(row.Reservation?.ToString());
            Plain(row.Reservation is null ? null : PostingJson.Shortest(row.HeldAfter));
            Plain(row.Flags.HasFlag(RowFlags.Forced) ? "yes" : null);
            Plain(transaction.Said?.Reverses?.ToString());
            Text(transaction.Said?.Reference);
            Text(transaction.Said?.Description);
            to.Write("\r\n");
        }
    }

    /// <summary>A value of our own making, which needs no quotes.</summary>
    void Plain(string? value, bool isFirst = false)
    {
        if (!isFirst)
            to.Write(',');
        to.Write(value);
    }

    /// <summary>A text from outside. A spreadsheet must not take it for a formula.</summary>
    void Text(string? text)
    {
        to.Write(',');
        if (string.IsNullOrEmpty(text))
            return;
        to.Write('"');
        if (text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n')
            to.Write('\'');
        to.Write(text.Replace("\"", "\"\"", StringComparison.Ordinal));
        to.Write('"');
    }
}
