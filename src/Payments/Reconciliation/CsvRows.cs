using System.Text;

namespace Hazina.Payments.Reconciliation;

/// <summary>A line of a table.</summary>
/// <param name="Line">Where it begins in the file, from 1.</param>
/// <param name="Cells">Without quotes and the blanks around them.</param>
readonly record struct CsvRow(int Line, IReadOnlyList<string> Cells);

/// <summary>Reads comma-separated values (RFC 4180) a row at a time, however long the file is; what is no table is a fault that names the line.</summary>
sealed class CsvRows : IDisposable
{
    const int LongestCell = 2_000,
        MostCells = 60;

    readonly StreamReader text;
    readonly char[] buffer = new char[32 * 1024];
    readonly StringBuilder cell = new();
    readonly List<string> cells = [];
    int at,
        length,
        line = 1;
    bool isQuoted, // within quotes
        wasQuoted, // this cell had them
        hasEnded;

    public CsvRows(Stream content) =>
        text = new StreamReader(
            content,
            new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
            true,
            32 * 1024
        );

    /// <summary>The next row that is not empty; null at the end.</summary>
    /// <exception cref="StatementFault">It is no table.</exception>
    public async ValueTask<CsvRow?> Next(CancellationToken stop)
    {
        while (!hasEnded)
        {
            var started = line;
            cells.Clear();
            await ReadRow(stop);
            if (cells.Any(c => c.Length > 0))
                return new CsvRow(started, [.. cells]);
        }

        return null;
    }

    async ValueTask ReadRow(CancellationToken stop)
    {
        while (true)
        {
            if (at == length)
            {
                (at, length) = (0, await Fill(stop));
                if (length == 0)
                {
                    hasEnded = true;
                    if (isQuoted)
                        throw new StatementFault(line, null, "has a quote that does not end");
                    EndCell();
                    return;
                }
            }

            if (Take(buffer[at++]))
                return;
        }
    }

    async ValueTask<int> Fill(CancellationToken stop)
    {
        try
        {
            return await text.ReadAsync(buffer, stop);
        }
        catch (DecoderFallbackException)
        {
            throw new StatementFault(line, null, "is not UTF-8, or stands near what is not");
        }
    }

    /// <returns>Whether the row has ended.</returns>
    bool Take(char one)
    {
        if (isQuoted)
        {
            if (one == '"')
                isQuoted = false;
            else
                Add(one);
            if (one == '\n')
                line++;
            return false;
        }

        switch (one)
        {
            case ',':
                EndCell();
                return false;
            case '\n':
                EndCell();
                line++;
                return true;
            case '\r':
                return false;
            case '"' when wasQuoted:
                // Twice within quotes: one that is meant.
                Add('"');
                isQuoted = true;
                return false;
            case '"' when cell.Length == 0 || string.IsNullOrWhiteSpace(cell.ToString()):
                cell.Clear();
                (isQuoted, wasQuoted) = (true, true);
                return false;
            case '"':
                throw new StatementFault(line, null, "has a quote in the middle of a cell");
            default:
                if (wasQuoted && !char.IsWhiteSpace(one))
                    throw new StatementFault(line, null, "goes on after a quote has ended");
                if (!wasQuoted)
                    Add(one);
                return false;
        }
    }

    void Add(char one)
    {
        if (char.IsControl(one) && one is not ('\t' or '\r' or '\n'))
            throw new StatementFault(line, null, "holds a control character");
        if (cell.Length >= LongestCell)
            throw new StatementFault(line, null, $"has a cell of more than {LongestCell} characters");
        cell.Append(one);
    }

    void EndCell()
    {
        if (cells.Count >= MostCells)
            throw new StatementFault(line, null, $"has more than {MostCells} cells");
        cells.Add(cell.ToString().Trim());
        cell.Clear();
        wasQuoted = false;
    }

    public void Dispose() => text.Dispose();
}
