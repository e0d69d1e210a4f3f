using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Hazina.Architecture.Tests.Rules;

/// <summary>How long, how wide, how clean.</summary>
static partial class TextRules
{
    public static IEnumerable<string> TooLong(SourceFile file) =>
        file.Lines.Count > Limits.LinesInFile ? [$"{file.Path} has {file.Lines.Count} lines"] : [];

    public static IEnumerable<string> MethodsTooLong(SourceFile file) =>
        from node in file.Syntax.DescendantNodes()
        where node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
        let span = node.GetLocation().GetLineSpan()
        let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
        where lines > Limits.LinesInMethod
        select $"{file.At(node)} has {lines} lines";

    /// <summary>Lines of prose, tables and links in documents, and of drawings and data, are as wide as they are.</summary>
    public static IEnumerable<string> TooWide(SourceFile file) =>
        file.Extension is ".md" or ".svg" or ".csv" or ".json" or ".css" or ".slnx" or ".resx" || file.Name == "LICENSE"
            ? []
            : file
                .Lines.Select((line, i) => (line, i))
                .Where(l => l.line.Length > Limits.Width)
                .Select(l => $"{file.At(l.i + 1)} is {l.line.Length} wide");

    public static IEnumerable<string> UncleanLines(SourceFile file)
    {
        if (file.Text.Length > 0 && !file.Text.EndsWith('\n'))
            yield return $"{file.Path} does not end with a line end";
        if (file.Text.EndsWith("\n\n", StringComparison.Ordinal))
            yield return $"{file.Path} ends with empty lines";
        for (var i = 0; i < file.Lines.Count; i++)
        {
            if (file.Lines[i].Length > 0 && file.Lines[i][^1] is ' ' or '\t' or '\r')
                yield return $"{file.At(i + 1)} ends with a space or a carriage return";
            if (file.Lines[i].Contains('\t') && file.Name != "hazina")
                yield return $"{file.At(i + 1)} has a tab";
        }
    }

    public static IEnumerable<string> NotesToOneself(SourceFile file) =>
        file.Lines.SelectMany(
            (line, i) => Limits.NotesToOneself.Where(n => Regex.IsMatch(line, $@"\b{n}\b")).Select(n => $"{file.At(i + 1)} {n}")
        );

    public static IEnumerable<string> PathsOfMachines(SourceFile file) =>
        file.Lines.SelectMany((line, i) => Limits.PathsOfMachines.Where(line.Contains).Select(p => $"{file.At(i + 1)} {p}"));

    public static IEnumerable<string> SkippedWithoutReason(SourceFile file) =>
        file
            .Lines.Select((line, i) => (line, Match: Skip().Match(line), Number: i + 1))
            .Where(l => l.Match.Success && l.Match.Groups["why"].Value.Length < Limits.LettersInReason)
            .Select(l => $"{file.At(l.Number)} {l.line.Trim()}");

    public static IEnumerable<string> WaitsAndHopes(SourceFile file) =>
        file
            .Syntax.DescendantNodes()
            .OfType<InvocationExpressionSyntax>()
            .Where(i => i.Expression.ToString() is "Task.Delay" or "Thread.Sleep" or "Thread.SpinWait")
            .Select(i => $"{file.At(i)} {i}");

    public static IEnumerable<string> Secrets(SourceFile file) =>
        file.Lines.SelectMany(
            (line, i) =>
                Secret()
                    .Matches(line)
                    .Where(m => !Limits.SecretsThatAreNone.Keys.Any(m.Value.Contains))
                    .Select(m => $"{file.At(i + 1)} {m.Value[..Math.Min(12, m.Value.Length)]}…")
        );

    [GeneratedRegex(@"\bSkip\s*=\s*(""(?<why>[^""]*)"")?")]
    private static partial Regex Skip();

    [GeneratedRegex(
        """
            -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY----- | \bAKIA[0-9A-Z]{16}\b | \bgh[pousr]_[A-Za-z0-9]{30,}
            | \bhz_(live|test)_[A-Za-z0-9]{20,} | \bwhsec_[A-Za-z0-9+/=]{24,} | \beyJ[\w-]{15,}\.eyJ[\w-]{15,}
            | (?i:\b(password|passkey|secret|api_?key)"?\s*[:=]\s*"[^"\s{}<>$]{8,}")
            """,
        RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex Secret();
}
