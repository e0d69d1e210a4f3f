using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Pages;

/// <summary>A list as a table for other programs. It is read to its end before the answer begins: what goes wrong on the way is told on a page.</summary>
public sealed class CsvResult<T>(string name, IAsyncEnumerable<T> rows, params IReadOnlyList<(string Name, Func<T, object?> Cell)> columns)
    : IResult
{
    const int Most = 10_000;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var lines = new StringBuilder().AppendJoin(',', columns.Select(c => c.Name)).Append("\r\n");
        var told = 0;
        await foreach (var row in rows.WithCancellation(httpContext.RequestAborted))
        {
            lines.AppendJoin(',', columns.Select(c => Quoted(Shown(c.Cell(row))))).Append("\r\n");
            if (++told == Most)
                break;
        }

        httpContext.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}.csv\"";
        await Results.Text(lines.ToString(), "text/csv", Encoding.UTF8).ExecuteAsync(httpContext);
    }

    static string Shown(object? value) =>
        value switch
        {
            null => "",
            DateTimeOffset at => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            // What somebody else wrote must be no formula in the table of whoever opens it.
            string text => text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + text : text,
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };

    static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
