using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Hazina.Architecture.Tests.Rules;

/// <summary>What folders, namespaces, types and tests may be called.</summary>
static class NameRules
{
    public static IEnumerable<string> FoldersAndTypesThatSayNothing(SourceFile file)
    {
        foreach (var folder in file.Folder.Split('/').Where(Limits.NamesThatSayNothing.Contains))
            yield return $"{file.Path} lies in a folder '{folder}'";
        foreach (var type in Types(file))
        {
            var name = type.Identifier.Text;
            if (Limits.NamesThatSayNothing.FirstOrDefault(n => name.EndsWith(n, StringComparison.Ordinal)) is { } word)
                yield return $"{file.At(type)} '{name}' ends in '{word}'";
        }
    }

    public static IEnumerable<string> NamespacesThatAreNotTheFolder(SourceFile file)
    {
        var expected = Namespace(file.Folder);
        foreach (var space in file.Syntax.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>())
        {
            if (space is not FileScopedNamespaceDeclarationSyntax)
                yield return $"{file.At(space)} the namespace has braces";
            if (space.Name.ToString() != expected)
                yield return $"{file.At(space)} is '{space.Name}', its folder says '{expected}'";
        }

        if (Types(file).Any() && !file.Syntax.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().Any())
            yield return $"{file.Path} has types outside a namespace";
    }

    public static IEnumerable<string> TypesNamedLikeANamespace(SourceFile file)
    {
        var parts = Namespace(file.Folder).Split('.').Concat(House.Modules.Select(m => m.Name)).ToHashSet(StringComparer.Ordinal);
        return Types(file)
            .Where(t => t.Parent is BaseNamespaceDeclarationSyntax && parts.Contains(t.Identifier.Text))
            .Select(t => $"{file.At(t)} type '{t.Identifier.Text}' is named like a namespace");
    }

    public static IEnumerable<string> TestsThatAreNoSentence(SourceFile file) =>
        file
            .Syntax.DescendantNodes()
            .OfType<MethodDeclarationSyntax>()
            .Where(IsTest)
            .Where(m => m.Identifier.Text.Split('_').Length < Limits.WordsInTestName)
            .Select(m => $"{file.At(m)} '{m.Identifier.Text}' is no sentence");

    public static bool IsTest(MethodDeclarationSyntax method) =>
        method.AttributeLists.SelectMany(l => l.Attributes).Any(a => a.Name.ToString() is "Fact" or "Theory");

    static IEnumerable<BaseTypeDeclarationSyntax> Types(SourceFile file) =>
        file.Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>();

    /// <summary>src/Ledger/Writing → Hazina.Ledger.Writing; tests/Ledger.Tests → Hazina.Ledger.Tests; bench → Hazina.Bench.</summary>
    static string Namespace(string folder)
    {
        var parts = folder.Split('/');
        return parts[0] == "bench" ? string.Join('.', ["Hazina", "Bench", .. parts[1..]]) : string.Join('.', ["Hazina", .. parts[1..]]);
    }
}
