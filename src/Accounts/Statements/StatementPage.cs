using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Accounts.Statements;

/// <summary>A statement to read and to print: one page of HTML that loads nothing, wide or narrow, light or dark, and black on white on paper.</summary>
static class StatementPage
{
    public static async Task Write(StatementFile file, Stream stream, CancellationToken stop)
    {
        await using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        var (statement, currency) = (file.Statement, file.Statement.Money);
        var period =
            statement.FromDate == statement.ToDate ? Day(statement.ToDate) : $"{Day(statement.FromDate)} – {Day(statement.ToDate)}";
        await text.WriteAsync(
            $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>Statement {Safe(period)}</title><style>{Style}</style></head><body>
            <header><h1>Account statement</h1>
            <dl><div><dt>Account</dt><dd>{Grouped(file.Account.Number)}</dd></div>
            <div><dt>Holder</dt><dd>{Safe(file.Holder ?? "–")}</dd></div>
            <div><dt>Kind</dt><dd>{Safe(Words.Of(Words.Read<Holdings.AccountKind>(file.Account.Kind)))}, {currency.Code}</dd></div>
            <div><dt>Period</dt><dd>{period}</dd></div>
            <div><dt>Number</dt><dd>{(
                statement.Number is { } number ? number.ToString(CultureInfo.InvariantCulture) : "on demand"
            )}</dd></div>
            <div><dt>Made</dt><dd>{file.Local(statement.MadeAt).ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture)}, {Safe(
                file.Zone.Id
            )}</dd></div></dl>
            </header>
            <section class="sums"><div><span>Opening balance</span><b>{Money(statement.OpeningBalance)}</b></div>
            <div><span>Money in</span><b>{Money(statement.TotalCredits)}</b></div>
            <div><span>Money out</span><b>{Money(statement.TotalDebits)}</b></div>
            <div><span>Closing balance</span><b>{Money(statement.ClosingBalance)}</b></div></section>
            <table><thead><tr><th>Date</th><th>What</th><th class="n">Out</th><th class="n">In</th><th class="n">Balance</th></tr></thead><tbody>

            """
        );
        var any = false;
        await foreach (var line in file.Lines.WithCancellation(stop))
        {
            any = true;
            await text.WriteAsync(Row(file, line, Money));
        }

        if (!any)
            await text.WriteAsync("<tr><td colspan=\"5\" class=\"none\">Nothing happened on the account in these days.</td></tr>\n");
        await text.WriteAsync(
            $"""
            </tbody></table>
            <footer>{statement.Entries.ToString(
                "N0",
                CultureInfo.InvariantCulture
            )} entries. Opening balance plus money in less money out is the closing balance. Statement {statement.Id}.</footer>
            </body></html>

            """
        );

        string Money(decimal amount)
        {
            var digits = Amount.ToWire(Math.Abs(amount), currency);
            var point = digits.IndexOf('.', StringComparison.Ordinal);
            var whole = decimal.Parse(point < 0 ? digits : digits[..point], CultureInfo.InvariantCulture)
                .ToString("#,0", CultureInfo.InvariantCulture);
            return $"{(amount < 0 ? "−" : "")}{whole}{(point < 0 ? "" : digits[point..])}";
        }
    }

    static string Row(StatementFile file, StatementLine line, Func<decimal, string> money)
    {
        var at = file.Local(line.OccurredAt);
        var small = string.Join(
            " · ",
            new[] { line.Counterparty, line.Reference, line.Type }.Where(s => !string.IsNullOrEmpty(s)).Select(s => Safe(s!))
        );
        return $"""
            <tr><td>{at.ToString("d MMM yyyy", CultureInfo.InvariantCulture)}<small>{at.ToString(
                "HH:mm",
                CultureInfo.InvariantCulture
            )}</small></td>
            <td>{Safe(line.Description)}<small>{small}</small></td><td class="n">{(line.IsCredit ? "" : money(line.Amount))}</td>
            <td class="n in">{(line.IsCredit ? money(line.Amount) : "")}</td><td class="n">{money(line.Balance)}</td></tr>

            """;
    }

    static string Day(DateOnly day) => day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    static string Grouped(string number) => string.Join(' ', number.Chunk(4).Select(c => new string(c)));

    static string Safe(string text) => HtmlEncoder.Default.Encode(text);

    const string Style = """
        :root{color-scheme:light dark;--line:#d5d9de;--dim:#5b6570;--in:#0a7a43;--soft:#f4f6f8}
        @media(prefers-color-scheme:dark){:root{--line:#3a414a;--dim:#9aa5b1;--in:#4fc98a;--soft:#1f242a}}
        *{box-sizing:border-box}body{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1.5rem 1rem}
        h1{font-size:1.4rem;margin:0 0 1rem}dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.35rem 2rem;margin:0 0 1.25rem}
        dl div{display:flex;gap:.75rem}dt{color:var(--dim);min-width:4.5rem}dd{margin:0}
        .sums{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:0 0 1.5rem}
        .sums div{background:var(--soft);border-radius:.5rem;padding:.6rem .8rem}.sums span{display:block;color:var(--dim);font-size:.85rem}
        .sums b{font-size:1.1rem;font-variant-numeric:tabular-nums}table{width:100%;border-collapse:collapse}
        th{text-align:left;color:var(--dim);font-weight:600;font-size:.85rem;border-bottom:2px solid var(--line);padding:.4rem .5rem}
        td{border-bottom:1px solid var(--line);padding:.45rem .5rem;vertical-align:top;overflow-wrap:anywhere}td:first-child{white-space:nowrap}
        .n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}.in{color:var(--in)}small{display:block;color:var(--dim);font-size:.8rem}
        .none{text-align:center;color:var(--dim);padding:2rem}footer{color:var(--dim);font-size:.8rem;margin-top:1.25rem}
        @media(max-width:34rem){body{font-size:14px;padding:1rem .5rem}th,td{padding:.35rem .25rem}}
        @media print{:root{color-scheme:light;--soft:#fff;--in:#000}body{max-width:none;padding:0;font-size:11px}
        thead{display:table-header-group}tr{break-inside:avoid}}
        """;
}
