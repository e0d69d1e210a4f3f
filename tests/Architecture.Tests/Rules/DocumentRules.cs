using System.Text.RegularExpressions;

namespace Hazina.Architecture.Tests.Rules;

/// <summary>What documents may claim: only what is there.</summary>
static partial class DocumentRules
{
    /// <summary>Relative links, and paths of the tree in backticks, that lead nowhere.</summary>
    public static IEnumerable<string> DeadLinks(SourceFile file)
    {
        var folder = Path.Combine(Tree.Root, file.Folder);
        for (var i = 0; i < file.Lines.Count; i++)
        {
            foreach (Match match in Link().Matches(file.Lines[i]))
            {
                var target = match.Groups[1].Value + match.Groups[2].Value;
                if (!target.Contains(':') && !Exists(Path.Combine(folder, Uri.UnescapeDataString(target))))
                    yield return $"{file.At(i + 1)} links to {target}";
            }

            foreach (Match match in TreePath().Matches(file.Lines[i]))
            {
                var path = match.Groups[1].Value.TrimEnd('/');
                if (!path.Contains('…') && !path.Contains('<') && !path.Contains('*') && !Exists(Path.Combine(Tree.Root, path)))
                    yield return $"{file.At(i + 1)} names {path}";
            }
        }
    }

    /// <summary>The command after <c>./hazina</c>, with every word that is no option, argument or file.</summary>
    public static IEnumerable<(int Line, string[] Words)> Commands(SourceFile file) =>
        from line in file.Lines.Select((text, i) => (Text: text, Number: i + 1))
        from Match match in Command().Matches(line.Text)
        let words = match.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        select (line.Number, words.TakeWhile(w => Word().IsMatch(w)).ToArray());

    static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    [GeneratedRegex(@"\]\(([^)#\s]+)[^)]*\)|(?:src|href)=""([^""#]+)""")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:src|tests|docs|bench|ops)/[^`\s]*)`")]
    private static partial Regex TreePath();

    [GeneratedRegex(@"\./hazina((?: [a-z-]+)*)")]
    private static partial Regex Command();

    [GeneratedRegex("^[a-z][a-z-]*$")]
    private static partial Regex Word();
}
