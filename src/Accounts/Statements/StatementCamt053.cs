using System.Globalization;
using System.Text;
using System.Xml;
using Hazina.Money;

namespace Hazina.Accounts.Statements;

/// <summary>A statement for accounting programs: ISO 20022, camt.053.001.08, the version that banks use since 2025.</summary>
static class StatementCamt053
{
    const string Namespace = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";
    const int MostText = 140; // of an unstructured remittance

    /// <summary>Its currencies have three letters, its amounts five digits after the point.</summary>
    public static bool CannotHold(Currency currency) => currency.Code.Length != 3 || currency.Scale > 5;

    public static async Task Write(StatementFile file, Stream stream, CancellationToken stop)
    {
        var settings = new XmlWriterSettings
        {
            Async = true,
            Indent = true,
            Encoding = new UTF8Encoding(false),
            CheckCharacters = true,
        };
        await using var xml = XmlWriter.Create(stream, settings);
        var to = new Writer(xml);
        await xml.WriteStartDocumentAsync();
        await xml.WriteStartElementAsync(null, "Document", Namespace);
        await to.Open("BkToCstmrStmt");
        await to.Open("GrpHdr");
        await to.Text("MsgId", $"{file.Statement.Id:N}");
        await to.Text("CreDtTm", Moment(file, file.Statement.MadeAt));
        await to.Close();
        await to.Open("Stmt");
        await WriteHead(to, file);
        var number = 0;
        await foreach (var line in file.Lines.WithCancellation(stop))
            await WriteEntry(to, file, line, ++number);
        await xml.WriteEndDocumentAsync();
    }

    static async Task WriteHead(Writer to, StatementFile file)
    {
        var statement = file.Statement;
        await to.Text("Id", $"{statement.Id:N}");
        if (statement.Number is { } number)
            await to.Text("ElctrncSeqNb", number.ToString(CultureInfo.InvariantCulture));
        await to.Text("CreDtTm", Moment(file, statement.MadeAt));
        await to.Open("FrToDt");
        await to.Text("FrDtTm", Moment(file, statement.StartsAt));
        await to.Text("ToDtTm", Moment(file, statement.EndsAt));
        await to.Close();
        await to.Open("Acct");
        await to.Open("Id");
        await to.Open("Othr");
        await to.Text("Id", file.Account.Number);
        await to.Close();
        await to.Close();
        await to.Text("Ccy", statement.Currency);
        if (file.Holder is { } holder)
        {
            await to.Open("Ownr");
            await to.Text("Nm", Cut(holder, MostText));
            await to.Close();
        }

        await to.Close();
        await WriteBalance(to, file, "OPBD", statement.OpeningBalance, statement.FromDate);
        await WriteBalance(to, file, "CLBD", statement.ClosingBalance, statement.ToDate);
        var net = statement.TotalCredits - statement.TotalDebits;
        await to.Open("TxsSummry");
        await to.Open("TtlNtries");
        await to.Text("NbOfNtries", statement.Entries.ToString(CultureInfo.InvariantCulture));
        await to.Text("Sum", Digits(statement.TotalCredits + statement.TotalDebits));
        await to.Open("TtlNetNtry");
        await to.Text("Amt", Digits(Math.Abs(net)));
        await to.Text("CdtDbtInd", net < 0 ? "DBIT" : "CRDT");
        await to.Close();
        await to.Close();
        await to.Open("TtlCdtNtries");
        await to.Text("Sum", Digits(statement.TotalCredits));
        await to.Close();
        await to.Open("TtlDbtNtries");
        await to.Text("Sum", Digits(statement.TotalDebits));
        await to.Close();
        await to.Close();
    }

    static async Task WriteBalance(Writer to, StatementFile file, string code, decimal balance, DateOnly day)
    {
        await to.Open("Bal");
        await to.Open("Tp");
        await to.Open("CdOrPrtry");
        await to.Text("Cd", code);
        await to.Close();
        await to.Close();
        await to.Amount(Math.Abs(balance), file.Statement.Currency);
        await to.Text("CdtDbtInd", balance < 0 ? "DBIT" : "CRDT");
        await to.Open("Dt");
        await to.Text("Dt", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        await to.Close();
        await to.Close();
    }

    static async Task WriteEntry(Writer to, StatementFile file, StatementLine line, int number)
    {
        await to.Open("Ntry");
        await to.Text("NtryRef", number.ToString(CultureInfo.InvariantCulture));
        await to.Amount(line.Amount, file.Statement.Currency);
        await to.Text("CdtDbtInd", line.IsCredit ? "CRDT" : "DBIT");
        await to.Open("Sts");
        await to.Text("Cd", "BOOK");
        await to.Close();
        await to.Open("BookgDt");
        await to.Text("DtTm", Moment(file, line.OccurredAt));
        await to.Close();
        await to.Open("ValDt");
        await to.Text("Dt", file.Local(line.OccurredAt).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        await to.Close();
        await to.Text("AcctSvcrRef", $"{line.TransactionId:N}");
        await to.Open("BkTxCd");
        await to.Open("Prtry");
        await to.Text("Cd", line.Type.ToUpperInvariant());
        await to.Close();
        await to.Close();
        await to.Open("NtryDtls");
        await to.Open("TxDtls");
        await to.Open("Refs");
        await to.Text("EndToEndId", line.Reference is { } reference ? Cut(reference, 35) : "NOTPROVIDED");
        await to.Close();
        if (line.Counterparty is { } other)
        {
            await to.Open("RltdPties");
            await to.Open(line.IsCredit ? "Dbtr" : "Cdtr");
            await to.Open("Pty");
            await to.Text("Nm", Cut(other, MostText));
            await to.Close();
            await to.Close();
            await to.Close();
        }

        await to.Open("RmtInf");
        await to.Text("Ustrd", Cut(line.Description, MostText));
        await to.Close();
        await to.Close();
        await to.Close();
        await to.Close();
    }

    static string Digits(decimal amount) => amount.ToString("0.00###", CultureInfo.InvariantCulture);

    static string Moment(StatementFile file, DateTimeOffset time) =>
        file.Local(time).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);

    static string Cut(string text, int most) =>
        text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];

    /// <summary>Elements of the one namespace; what XML cannot hold is replaced.</summary>
    sealed class Writer(XmlWriter xml)
    {
        public Task Open(string name) => xml.WriteStartElementAsync(null, name, Namespace);

        public Task Close() => xml.WriteEndElementAsync();

        public Task Text(string name, string text) => xml.WriteElementStringAsync(null, name, Namespace, Sound(text));

        public async Task Amount(decimal amount, string currency)
        {
            await Open("Amt");
            await xml.WriteAttributeStringAsync(null, "Ccy", null, currency);
            await xml.WriteStringAsync(Digits(amount));
            await Close();
        }

        static string Sound(string text)
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (!IsSound(text, ref i))
                    return Replaced(text);
            }

            return text;
        }

        static string Replaced(string text)
        {
            var all = new StringBuilder(text.Length);
            for (var i = 0; i < text.Length; i++)
            {
                var start = i;
                if (IsSound(text, ref i))
                    all.Append(text.AsSpan(start, i - start + 1));
                else
                    all.Append('\ufffd');
            }

            return all.ToString();
        }

        static bool IsSound(string text, ref int i)
        {
            if (XmlConvert.IsXmlChar(text[i]))
                return true;
            if (i + 1 >= text.Length || !XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
                return false;
            i++;
            return true;
        }
    }
}
