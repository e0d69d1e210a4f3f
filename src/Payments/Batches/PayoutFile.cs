using System.ComponentModel;
using System.Text;
using Hazina.Accounts;
using Hazina.Money;
using Hazina.Payments.Providers;

namespace Hazina.Payments.Batches;

/// <summary>
/// A file of payouts, read strictly: RFC 4180 with or without a mark in front, lines ending in any way, quotes wherever they are allowed, and this very header.
/// What cannot be read at all is a fault of the file; what a line says wrongly, an error of the line.
/// </summary>
static class PayoutFile
{
    public const int MostBytes = 2 * 1024 * 1024,
        MostLines = 10_000;

    /// <summary>So that the sum of a file, and of its fees, is an amount.</summary>
    const decimal MostALine = Amount.Limit / (2 * MostLines);

    const char Mark = '\uFEFF';

    public static IReadOnlyList<string> Columns { get; } = ["type", "to", "bank", "name", "amount", "currency", "reference"];

    /// <param name="content">UTF-8.</param>
    /// <param name="currency">Of the account that pays.</param>
    /// <param name="check">What else is wrong with a line, once it is read.</param>
    /// <returns>The lines that are right, and the errors of those that are not; or why the file cannot be read, with the line.</returns>
    public static (IReadOnlyList<PayoutLine> Lines, IReadOnlyList<LineError> Errors, LineError? Fault) Read(
        byte[] content,
        Currency currency,
        Func<PayoutLine, LineError?> check
    )
    {
        string text;
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException)
        {
            return ([], [], new LineError(1, null, "wrong_encoding", "the file is not UTF-8"));
        }

        var (rows, fault) = Rows(text.StartsWith(Mark) ? text[1..] : text);
        if (fault is not null)
            return ([], [], fault);
        if (rows.Count == 0 || !rows[0].Fields.SequenceEqual(Columns, StringComparer.Ordinal))
            return ([], [], new LineError(1, null, "wrong_header", $"the first line must be {string.Join(',', Columns)}"));
        if (rows.Count == 1)
            return ([], [], new LineError(1, null, "required", "there is no line below the header"));
        var (lines, errors, seen) = (
            new List<PayoutLine>(),
            new List<LineError>(),
            new Dictionary<(PayoutTarget, decimal, string?), int>()
        );
        foreach (var (line, fields) in rows.Skip(1))
        {
            var before = errors.Count;
            var read = LineOf(line, fields, currency, errors);
            if (read is not null && errors.Count == before)
            {
                // What was read, not how it was written; who is paid is the account, whatever its holder is called.
                var target = read.Target with
                {
                    Name = null,
                    Account = read.Target.Account?.ToUpperInvariant(),
                };
                var key = (target, read.Amount.Value, read.Reference);
                if (seen.TryAdd(key, line))
                {
                    if (check(read) is { } error)
                        errors.Add(error);
                }
                else
                    errors.Add(
                        new LineError(
                            line,
                            null,
                            "duplicate",
                            $"is the same as line {seen[key]}; where both are meant, give one another reference"
                        )
                    );
            }

            if (errors.Count == before && read!.Amount.Value > MostALine)
                errors.Add(new LineError(line, "amount", "out_of_range", "is more than a line of a file can be"));
            if (errors.Count == before)
                lines.Add(read!);
        }

        return (lines, errors, null);
    }

    static (List<(int Line, List<string> Fields)> Rows, LineError? Fault) Rows(string text)
    {
        var (rows, line, at) = (new List<(int, List<string>)>(), 1, 0);
        while (at < text.Length)
        {
            var (fields, start) = (new List<string>(), line);
            for (var isMore = true; isMore; at += isMore ? 1 : 0)
            {
                var (field, wrong) = at < text.Length && text[at] == '"' ? Quoted(text, ref at, ref line) : Plain(text, ref at);
                if (wrong is not null)
                    return ([], new LineError(start, fields.Count < Columns.Count ? Columns[fields.Count] : null, "malformed", wrong));
                fields.Add(field);
                isMore = at < text.Length && text[at] == ',';
            }

            if (at < text.Length)
            {
                at += text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? 2 : 1;
                line++;
            }

            if (fields is not [""])
                rows.Add((start, fields));
            if (rows.Count > MostLines + 1)
                return ([], new LineError(start, null, "too_many", $"there are more than {MostLines} lines"));
        }

        return (rows, null);
    }

    static (string Field, string? Wrong) Plain(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && text[at] is not (',' or '\r' or '\n'))
        {
            if (text[at++] == '"')
                return ("", "a quote stands within a field that does not begin with one");
        }

        return (text[start..at], null);
    }

    static (string Field, string? Wrong) Quoted(string text, ref int at, ref int line)
    {
        var field = new StringBuilder();
        for (at++; ; at++)
        {
            if (at >= text.Length)
                return ("", "a quote is opened and never closed");
            if (text[at] == '\n')
                line++;
            if (text[at] != '"')
                field.Append(text[at]);
            else if (at + 1 < text.Length && text[at + 1] == '"')
                field.Append(text[at++]);
            else
                break;
        }

        at++;
        return at < text.Length && text[at] is not (',' or '\r' or '\n')
            ? ("", "something stands behind a closing quote")
            : (field.ToString(), null);
    }

    static PayoutLine? LineOf(int line, List<string> fields, Currency currency, List<LineError> errors)
    {
        if (fields.Count != Columns.Count)
        {
            errors.Add(new LineError(line, null, "wrong_columns", $"has {fields.Count} fields and not {Columns.Count}"));
            return null;
        }

        var before = errors.Count;
        bool That(bool holds, string column, string code, string detail)
        {
            if (!holds)
                errors.Add(new LineError(line, column, code, detail));
            return holds;
        }

        for (var i = 0; i < fields.Count; i++)
            That(!fields[i].Any(char.IsControl), Columns[i], "wrong_format", "must not hold control characters");
        var (type, to, bank, name) = (fields[0], fields[1], fields[2], fields[3]);
        var fault = Amount.TryRead(fields[4], currency, out var amount);
        That(
            fault == AmountFault.None,
            "amount",
            "wrong_format",
            $"must be plain digits such as 1250.00, with at most {currency.Scale} after the point"
        );
        That(fault != AmountFault.None || amount.Value > 0, "amount", "out_of_range", "must be more than zero");
        That(fields[5] == currency.Code, "currency", "wrong_currency", $"must be {currency.Code}, as the account that pays has");
        That(fields[6].Length <= 100, "reference", "too_long", "must have at most 100 characters");
        if (That(type is "account" or "phone" or "bank", "type", "unknown_value", "must be one of account, phone, bank") && type != "bank")
        {
            That(bank.Length == 0, "bank", "conflict", "is for the type bank alone");
            That(name.Length == 0, "name", "conflict", "is for the type bank alone");
        }

        var target = type switch
        {
            "account" when That(CustomerAccounts.IsNumber(to), "to", "wrong_format", "must be an account's number, 12 digits") =>
                new PayoutTarget(Number: to),
            "phone" when That(Party.PhoneOf(to) is not null, "to", "wrong_format", "must be a Kenyan mobile number, such as 0712345678") =>
                new PayoutTarget(Phone: Party.PhoneOf(to)),
            "bank" => new PayoutTarget(Bank: bank, Account: to, Name: name.Trim()),
            _ => new PayoutTarget(),
        };
        if (type == "bank")
        {
            That(bank.Length == 2 && bank.All(char.IsAsciiDigit), "bank", "wrong_format", "must be the bank's code, two digits");
            That(
                to.Length is >= 5 and <= 20 && to.All(char.IsAsciiLetterOrDigit),
                "to",
                "wrong_format",
                "must be 5 to 20 letters and digits"
            );
            That(name.Trim().Length is >= 2 and <= 100, "name", "wrong_format", "must be the account's name, 2 to 100 characters");
        }

        return errors.Count > before ? null : new PayoutLine(line, type, target, amount, fields[6].Length == 0 ? null : fields[6]);
    }
}

/// <summary>A line that is read.</summary>
/// <param name="Line">Of the file, the header being the first.</param>
/// <param name="Type">account, phone or bank.</param>
sealed record PayoutLine(int Line, string Type, PayoutTarget Target, Amount Amount, string? Reference);

/// <summary>Whom a line pays: an account here by its number, a phone, or an account at a bank.</summary>
sealed record PayoutTarget(string? Number = null, string? Phone = null, string? Bank = null, string? Account = null, string? Name = null)
{
    public Party Party => new(Phone, Bank, Account, Name);

    /// <summary>Enough to know it again.</summary>
    public string Shown => Number is { } number ? $"••••••••{number[^4..]}" : Party.Shown;
}

[Description("What is wrong with a line of a file.")]
sealed record LineError(
    [property: Description("Of the file, from 1, which is the header.")] int Line,
    [property: Description("Not there: the line as a whole.")] string? Column,
    string Code,
    string Detail
);
