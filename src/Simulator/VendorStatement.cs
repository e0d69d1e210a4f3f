using System.Globalization;
using System.Text;

namespace Hazina.Simulator;

/// <summary>What a vendor's portal exports of our account.</summary>
static class VendorStatement
{
    const string Time = "dd-MM-yyyy HH:mm:ss",
        BankTime = "yyyy-MM-dd HH:mm:ss";

    public static string Of(RailSimulator simulator, Rail rail, (DateTimeOffset? From, DateTimeOffset? To) period, decimal opening)
    {
        var (from, to) = period;
        var before = opening;
        var (balance, lines) = (before, new List<(BookEntry Entry, decimal Balance)>());
        // Two at once may stand in the book in the other order than their times.
        foreach (var entry in simulator.Book.Entries.Where(e => e.Rail == rail && !(e.At >= to)).OrderBy(e => e.At))
        {
            balance += entry.Change;
            if (entry.At < from)
                before = balance;
            else
                lines.Add((entry, balance));
        }

        var start = from ?? (lines.Count > 0 ? lines.Min(l => l.Entry.At) : simulator.Options.Time.GetUtcNow());
        var text = new StringBuilder();
        if (rail == Rail.Mpesa)
            Mpesa(text, simulator, (start, to ?? simulator.Options.Time.GetUtcNow()), (before, balance), lines);
        else
            Bank(text, (before, balance), lines);
        return text.ToString();
    }

    /// <summary>The organisation's statement: the newest first, and what went out with a minus.</summary>
    static void Mpesa(
        StringBuilder text,
        RailSimulator simulator,
        (DateTimeOffset From, DateTimeOffset To) period,
        (decimal Opening, decimal Closing) balances,
        List<(BookEntry Entry, decimal Balance)> lines
    )
    {
        Row(text, "Account Holder:", "Simulated Organisation");
        Row(text, "Short Code:", simulator.Options.Credentials.MpesaShortCode);
        Row(text, "Account:", "Utility Account");
        Row(text, "Time Period:", $"From {EastAfrica.Digits(period.From, Time)} To {EastAfrica.Digits(period.To, Time)}");
        Row(text, "Opening Balance:", Money(balances.Opening));
        Row(text, "Closing Balance:", Money(balances.Closing));
        text.Append("\r\n");
        text.Append("Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,Balance,Balance Confirmed,");
        text.Append("Reason Type,Other Party Info,Linked Transaction ID,A/C No.\r\n");
        foreach (var (entry, balance) in Enumerable.Reverse(lines))
        {
            var who = $"{entry.Party} - {simulator.NameOf(entry.Party)}";
            var (details, reason) = entry.Kind switch
            {
                BookKind.Payout => (
                    $"Business Payment to Customer via API to {who}. Original conversation ID is {entry.OurId}.",
                    "Business Payment to Customer via API"
                ),
                BookKind.Reversal => ($"Transaction Reversal of {entry.Reverses} with {who}", "Transaction Reversal"),
                BookKind.Settlement => ("Organization Settlement", "Organization Settlement Account"),
                _ => ($"Pay Bill from {who} Acc. {entry.OurId}", "Pay Bill Online"),
            };
            var at = EastAfrica.Digits(entry.At, Time);
            Row(
                text,
                entry.Receipt,
                at,
                at,
                details,
                "Completed",
                entry.Change > 0 ? Money(entry.Change) : "",
                entry.Change < 0 ? Money(entry.Change) : "",
                Money(balance),
                "TRUE",
                reason,
                who,
                entry.Reverses ?? "",
                entry.Kind == BookKind.Payout ? "" : entry.OurId ?? ""
            );
        }
    }

    static void Bank(StringBuilder text, (decimal Opening, decimal Closing) balances, List<(BookEntry Entry, decimal Balance)> lines)
    {
        text.Append("Date,Reference,Our Reference,Description,Debit,Credit,Balance\r\n");
        Row(text, "", "", "", "Opening balance", "", "", Money(balances.Opening));
        foreach (var (entry, balance) in lines)
            Row(
                text,
                EastAfrica.Digits(entry.At, BankTime),
                entry.Receipt,
                entry.OurId ?? "",
                entry.Kind switch
                {
                    BookKind.Payout => $"Transfer to {entry.Party}",
                    BookKind.Reversal => $"Returned {entry.Reverses}",
                    BookKind.Settlement => entry.Change < 0 ? "Settlement to the trust account" : "Settlement from the trust account",
                    _ => $"Received from {entry.Party}",
                },
                entry.Change < 0 ? Money(-entry.Change) : "",
                entry.Change > 0 ? Money(entry.Change) : "",
                Money(balance)
            );
        Row(text, "", "", "", "Closing balance", "", "", Money(balances.Closing));
    }

    static void Row(StringBuilder text, params ReadOnlySpan<string> cells)
    {
        for (var i = 0; i < cells.Length; i++)
            text.Append(i == 0 ? "" : ",").Append(Quoted(cells[i]));
        text.Append("\r\n");
    }

    static string Money(decimal amount) => amount.ToString("N2", CultureInfo.InvariantCulture);

    static string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny("\",\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
