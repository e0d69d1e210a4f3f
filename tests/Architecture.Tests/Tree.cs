using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Hazina.Architecture.Tests;

/// <summary>A file of the repository.</summary>
/// <param name="Path">From the root, with slashes.</param>
/// <param name="Text">All of it.</param>
sealed record SourceFile(string Path, string Text)
{
    SyntaxNode? syntax;

    public string Name => System.IO.Path.GetFileName(Path);

    public string Folder => System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/');

    public string Extension => System.IO.Path.GetExtension(Path);

    public bool IsCode => Extension == ".cs";

    /// <summary>Lines without their ends; a last empty one is not counted.</summary>
    public IReadOnlyList<string> Lines { get; } = Text.EndsWith('\n') ? Text[..^1].Split('\n') : Text.Split('\n');

    public SyntaxNode Syntax => syntax ??= CSharpSyntaxTree.ParseText(Text).GetRoot();

    public int LineOf(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    /// <summary>How a finding names its place, so that an editor can jump there.</summary>
    public string At(int line) => $"{Path}:{line}";

    public string At(SyntaxNode node) => At(LineOf(node));

    public override string ToString() => Path;

    public bool IsIn(params string[] folders) => folders.Any(f => Path.StartsWith(f + "/", StringComparison.Ordinal));
}

/// <summary>The repository as it lies on the disk, without what .gitignore names.</summary>
static class Tree
{
    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<SourceFile> Files { get; } = Read();

    public static IEnumerable<SourceFile> Code => Files.Where(f => f.IsCode);

    public static IEnumerable<SourceFile> Documents => Files.Where(f => f.Extension == ".md");

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Hazina.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests read the sources: run them inside the repository.");
    }

    static List<SourceFile> Read()
    {
        var ignored = File.ReadAllLines(Path.Combine(Root, ".gitignore"));
        var folders = ignored.Where(l => l.EndsWith('/')).Select(l => l.Trim('/')).Append(".git").ToHashSet(StringComparer.Ordinal);
        var endings = ignored.Where(l => l.StartsWith("*.", StringComparison.Ordinal)).Select(l => l[1..]).ToArray();
        var files = new List<SourceFile>();
        var open = new Stack<string>([Root]);
        while (open.TryPop(out var folder))
        {
            foreach (var inner in Directory.GetDirectories(folder).Where(d => !folders.Contains(Path.GetFileName(d))))
                open.Push(inner);
            foreach (var file in Directory.GetFiles(folder).Where(f => !Array.Exists(endings, f.EndsWith) && !IsLink(f)))
            {
                var text = File.ReadAllText(file);
                if (!text.Contains('\0'))
                    files.Add(new SourceFile(Path.GetRelativePath(Root, file).Replace('\\', '/'), text));
            }
        }

        return [.. files.OrderBy(f => f.Path, StringComparer.Ordinal)];
    }

    static bool IsLink(string file) => File.GetAttributes(file).HasFlag(FileAttributes.ReparsePoint);
}
