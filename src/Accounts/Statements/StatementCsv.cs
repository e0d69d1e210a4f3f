using System.Globalization;
using System.Text;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Accounts.Statements;

/// <summary>A statement for spreadsheets: RFC 4180, UTF-8 with a mark so that spreadsheets take it for that.</summary>
static class StatementCsv
{
    const string Head = "Date,Time,Type,Description,Counterparty,Reference,Debit,Credit,Balance,Currency,Transaction\r\n";

    public static async Task Write(StatementFile file, Stream stream, CancellationToken stop)
    {
        await using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await text.WriteAsync(Head);
        var currency = file.Statement.Money;
        await foreach (var line in file.Lines.WithCancellation(stop))
        {
            var at = file.Local(line.OccurredAt);
            var amount = Amount.ToWire(line.Amount, currency);
            await text.WriteAsync(
                string.Join(
                    ',',
                    at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                    at.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
                    line.Type,
                    CsvFields.Of(line.Description),
                    CsvFields.Of(line.Counterparty),
                    CsvFields.Of(line.Reference),
                    line.IsCredit ? "" : amount,
                    line.IsCredit ? amount : "",
                    Amount.ToWire(line.Balance, currency),
                    currency.Code,
                    line.TransactionId.ToString()
                )
            );
            await text.WriteAsync("\r\n");
        }
    }
}
