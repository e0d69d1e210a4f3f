using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Hazina.Architecture.Tests.Rules;

/// <summary>Where SQL stands and how it is written.</summary>
static partial class SqlRules
{
    public static IEnumerable<string> SqlOutsideItsConstant(SourceFile file) =>
        Literals(file)
            .Where(l => LooksLikeSql().IsMatch(l.Text) && !IsInSqlConstant(l.Node))
            .Select(l => $"{file.At(l.Node)} SQL outside a constant named …Sql: {Start(l.Text)}");

    public static IEnumerable<string> DdlOutsideSchema(SourceFile file) =>
        Literals(file).Where(l => Ddl().IsMatch(l.Text)).Select(l => $"{file.At(l.Node)} DDL outside Schema/: {Start(l.Text)}");

    public static IEnumerable<string> SelectStar(SourceFile file) =>
        file.IsCode
            ? Literals(file).Where(l => Star().IsMatch(l.Text)).Select(l => $"{file.At(l.Node)} {Start(l.Text)}")
            : WithoutComments(file).Where(l => Star().IsMatch(l.Text)).Select(l => $"{file.At(l.Number)} {l.Text.Trim()}");

    /// <summary>Every string of the file; of an interpolated one its fixed text, each hole as a question mark.</summary>
    static IEnumerable<(SyntaxNode Node, string Text)> Literals(SourceFile file)
    {
        foreach (var node in file.Syntax.DescendantNodes())
        {
            if (node is LiteralExpressionSyntax literal && literal.Token.Value is string text)
                yield return (node, text);
            else if (node is InterpolatedStringExpressionSyntax interpolated)
                yield return (
                    node,
                    string.Concat(interpolated.Contents.Select(c => c is InterpolatedStringTextSyntax t ? t.TextToken.ValueText : "?"))
                );
        }
    }

    /// <summary>A field or a local whose name is Sql or ends in it; a method or property that makes SQL counts when it is named so.</summary>
    static bool IsInSqlConstant(SyntaxNode node) =>
        node.Ancestors()
            .Select(a =>
                a switch
                {
                    VariableDeclaratorSyntax v when v.Parent?.Parent is FieldDeclarationSyntax or LocalDeclarationStatementSyntax =>
                        v.Identifier.Text,
                    PropertyDeclarationSyntax p => p.Identifier.Text,
                    MethodDeclarationSyntax m => m.Identifier.Text,
                    LocalFunctionStatementSyntax f => f.Identifier.Text,
                    _ => "",
                }
            )
            .Any(name => name.EndsWith("Sql", StringComparison.Ordinal));

    internal static IEnumerable<(int Number, string Text)> WithoutComments(SourceFile file) =>
        file.Lines.Select((line, i) => (i + 1, line.Split("--")[0]));

    static string Start(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length > 60 ? line[..60] + "…" : line;
    }

    [GeneratedRegex(
        """
            ^\s*(
              select\s+[\w('*$@] | insert\s+into\s | update\s+[\w."?]+\s+set\s | delete\s+from\s
              | with\s+(recursive\s+)?\w+(\s*\([^)]*\))?\s+as\s | copy\s+[\w."?]+\s*\(
              | set\s+(local|role|session)\s | truncate\s | lock\s+table\s | declare\s+\w+\s+cursor
              | (create|alter|drop|grant|revoke)\s+\w+\s
            )
            """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex LooksLikeSql();

    [GeneratedRegex(
        """
            (^|;)\s*(create|alter|drop)\s+(or\s+replace\s+)?(unlogged\s+|temp\s+|temporary\s+|unique\s+)?
            (table|index|schema|view|materialized|function|procedure|trigger|sequence|type|domain|policy|extension)\s
            """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex Ddl();

    // What is unnested has just been named, column by column.
    [GeneratedRegex(@"\bselect\s+(distinct\s+)?(\w+\.)?\*(?!\s*from\s+unnest)", RegexOptions.IgnoreCase)]
    private static partial Regex Star();
}
