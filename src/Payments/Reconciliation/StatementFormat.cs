using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Hazina.Payments.Reconciliation;

/// <summary>
/// Statements as files: M-Pesa's own organisation statement, and of banks, which each write another one, a table with a documented heading. Strict: what is not
/// understood is a fault with its line and column.
/// </summary>
static partial class StatementFormat
{
    public const int MostLines = 200_000;

    /// <summary>How many lines may stand before the headings.</summary>
    const int MostBefore = 40;

    /// <summary>Reads a statement's lines; what stands before them goes to the head.</summary>
    /// <exception cref="StatementFault">It is none.</exception>
    public static async IAsyncEnumerable<StatementLine> Read(
        string provider,
        Stream content,
        StatementHead head,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        using var rows = new CsvRows(content);
        var isMpesa = provider == "mpesa";
        var cells = await Headings(rows, isMpesa, head, stop);
        var count = 0;
        while (await rows.Next(stop) is { } row)
        {
            cells.Take(row);
            if (!isMpesa && IsBalance(cells, head))
                continue;
            if (++count > MostLines)
                throw new StatementFault(row.Line, null, $"is one more than {MostLines} lines");
            yield return isMpesa ? Mpesa(cells) : Bank(cells);
        }
    }

    static async Task<StatementCells> Headings(CsvRows rows, bool isMpesa, StatementHead head, CancellationToken stop)
    {
        for (var i = 0; i < MostBefore && await rows.Next(stop) is { } row; i++)
        {
            var cells = isMpesa
                ? StatementCells.Of(row, "Receipt No", "Completion Time", "Transaction Status", "Paid In", "Withdrawn")
                : StatementCells.Of(row, "Date", "Reference", "Debit", "Credit");
            if (cells is not null)
                return cells;
            Before(row, head);
        }

        throw new StatementFault(
            1,
            null,
            isMpesa
                ? "begins no statement of M-Pesa: there are no headings Receipt No., Completion Time, Transaction Status, Paid In, Withdrawn"
                : "begins no statement of a bank: there are no headings Date, Reference, Debit, Credit"
        );
    }

    /// <summary>What M-Pesa writes above: a name, and what it is.</summary>
    static void Before(CsvRow row, StatementHead head)
    {
        if (row.Cells.Count < 2)
            return;
        var (name, said) = (row.Cells[0].TrimStart('\uFEFF').TrimEnd(':', ' ').ToUpperInvariant(), row.Cells[1]);
        switch (name)
        {
            case "OPENING BALANCE":
                head.Opening = Balance(row, said);
                break;
            case "CLOSING BALANCE":
                head.Closing = Balance(row, said);
                break;
            case "TIME PERIOD":
                var period = Period().Match(said);
                (head.From, head.To) = (
                    StatementCells.Moment(period.Groups["from"].Value) ?? throw new StatementFault(row.Line, "Time Period", "is no period"),
                    StatementCells.Moment(period.Groups["to"].Value) ?? throw new StatementFault(row.Line, "Time Period", "is no period")
                );
                break;
        }
    }

    static decimal Balance(CsvRow row, string text) =>
        StatementCells.Number(text) ?? throw new StatementFault(row.Line, row.Cells[0].TrimEnd(':'), "is no amount such as 1,250.00");

    static StatementLine Mpesa(StatementCells cells)
    {
        var (linked, change) = (cells.Text("Linked Transaction ID"), cells.Change("Paid In", "Withdrawn"));
        return new StatementLine(
            cells.Line,
            cells.Time("Completion Time"),
            cells.Required("Receipt No", 100),
            linked.Length is > 0 and <= 100 ? linked : null,
            change,
            cells.Money("Balance"),
            cells.Required("Transaction Status", 40).Equals("Completed", StringComparison.OrdinalIgnoreCase),
            change < 0 && Charge().IsMatch($"{cells.Text("Reason Type")} {cells.Text("Details")}"),
            // Details hold what payers write.
            !Charge().IsMatch(cells.Text("Reason Type")) && Settlement().IsMatch(cells.Text("Reason Type")),
            cells.Text("A/C No"),
            $"{cells.Text("Details")} {cells.Text("Other Party Info")}"
        );
    }

    static StatementLine Bank(StatementCells cells)
    {
        var change = cells.Change("Credit", "Debit");
        var isCharge = change < 0 && Charge().IsMatch(cells.Text("Description"));
        return new StatementLine(
            cells.Line,
            cells.Time("Date"),
            cells.Required("Reference", 100),
            Reverses: null,
            change,
            cells.Money("Balance"),
            IsCompleted: true,
            isCharge,
            // What comes in is described by whoever pays.
            change < 0
                && !isCharge
                && TrustAccount().IsMatch(cells.Text("Description")),
            cells.Text("Our Reference"),
            cells.Text("Description")
        );
    }

    /// <summary>Banks write balances among the lines.</summary>
    static bool IsBalance(StatementCells cells, StatementHead head)
    {
        var said = cells.Text("Description").ToUpperInvariant();
        if (said is not ("OPENING BALANCE" or "CLOSING BALANCE"))
            return false;
        var balance = cells.Money("Balance") ?? throw cells.Fault("Balance", "is empty");
        if (cells.Money("Debit") is { } debit && debit != 0 || cells.Money("Credit") is { } credit && credit != 0)
            throw cells.Fault("Description", "names a balance, and money has moved");
        if (said == "OPENING BALANCE")
            head.Opening = balance;
        else
            head.Closing = balance;
        return true;
    }

    // What M-Pesa takes for a payment is a line of its own, with the payment's receipt.
    [GeneratedRegex(@"\b(charges?|fees?|excise duty)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Charge();

    // Ours, after M-Pesa's reason types; others are settled by people, too.
    [GeneratedRegex(
        @"\A(organi[sz]ation (settlement|withdrawal|deposit)|(merchant|business|utility|working)( account)? to (organi[sz]ation|bank|settlement))",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Settlement();

    // A payer's words stand there, too.
    [GeneratedRegex(@"\Asettlement (to|from) (the )?trust account\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TrustAccount();

    [GeneratedRegex(
        @"\A(From\s+)?(?<from>.{8,25}?)\s+(To|-)\s+(?<to>.{8,25})\z",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Period();
}
