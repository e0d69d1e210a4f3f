namespace Hazina.Platform.Http;

/// <summary>Texts as fields of files that people open as spreadsheets: RFC 4180.</summary>
public static class CsvFields
{
    /// <summary>Text that others wrote must not run as a formula where the file is opened (CWE-1236): an apostrophe in front makes it text.</summary>
    public static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var safe = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 && safe == safe.Trim()
            ? safe
            : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
