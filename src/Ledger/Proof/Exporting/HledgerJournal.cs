using System.Globalization;
using System.Text;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Proof.Exporting;

/// <summary>
/// A journal as hledger reads it. Debits are positive. Every posting asserts the balance that the row says, so that hledger checks each one, and
/// not the last ones only.
/// </summary>
sealed class HledgerJournal(TextWriter to)
{
    readonly StringBuilder line = new();

    public void Begin(string book)
    {
        to.WriteLine($"; Book {book} of a Hazina ledger. Accounts are class:id, debits are positive.");
        to.WriteLine("decimal-mark .");
        to.WriteLine();
    }

    public void Write(ExportedTransaction transaction)
    {
        var first = transaction.Rows[0];
        if (!transaction.Rows.Exists(r => r.Kind == RowKind.Leg))
            return; // nothing moves
        line.Clear();
        line.Append(
            CultureInfo.InvariantCulture,
            $"{first.RecordedAt.UtcDateTime:yyyy-MM-dd} * ({first.TransactionId}) {first.BusinessKind}  ; row:{first.Seq}"
        );
        if (first.EffectiveDate is { } effective)
            line.Append(CultureInfo.InvariantCulture, $", effective:{effective:yyyy-MM-dd}");
        if (transaction.Said?.Reverses is { } reverses)
            line.Append(CultureInfo.InvariantCulture, $", reverses:{reverses}");
        if (transaction.Said?.Reference is { } reference)
            line.Append(", reference:").Append(OnOneLine(reference));
        to.WriteLine(line);
        foreach (var row in transaction.Rows)
        {
            if (row.Kind != RowKind.Leg)
                continue;
            Posting(transaction.Accounts[row.Debit], row.Amount, row.DebitAfter);
            Posting(transaction.Accounts[row.Credit], -row.Amount, row.CreditAfter);
        }

        to.WriteLine();
    }

    void Posting(ExportedAccount account, decimal amount, decimal after)
    {
        line.Clear();
        line.Append("    ").Append(account.Name).Append("  ");
        Amount(account, amount);
        line.Append(" = ");
        Amount(account, after);
        to.WriteLine(line);
    }

    void Amount(ExportedAccount account, decimal amount)
    {
        var code = account.Currency.Code;
        var isPlain = code.All(char.IsAsciiLetter);
        line.Append(isPlain ? "" : "\"").Append(code).Append(isPlain ? " " : "\" ").Append(PostingJson.Shortest(amount));
    }

    /// <summary>A tag's value ends at a comma or the line.</summary>
    static string OnOneLine(string text)
    {
        var chars = text.ToCharArray();
        for (var i = 0; i < chars.Length; i++)
        {
            if (
                chars[i] == ','
                || char.IsControl(chars[i])
                || char.GetUnicodeCategory(chars[i]) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            )
                chars[i] = ' ';
        }

        return new string(chars);
    }
}
