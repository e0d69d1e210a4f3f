using System.Text.RegularExpressions;

namespace Hazina.Architecture.Tests;

/// <summary>What is said to be shown by a test is.</summary>
public sealed partial class SecurityTableTests
{
    [Fact]
    public void Tests_that_the_security_page_names_exist()
    {
        var page = Tree.Files.Single(f => f.Path == "docs/security.md");
        var tests = Tree
            .Code.Where(f => f.IsIn("tests"))
            .SelectMany(f => TestName().Matches(f.Text).Select(m => m.Groups["name"].Value))
            .ToHashSet(StringComparer.Ordinal);
        var named = Named().Matches(page.Text).Select(m => m.Groups["name"].Value).Distinct().ToList();
        Assert.True(named.Count > 50, "The page names its tests in backticks.");
        Found.Nothing("There is no such test:", named.Where(n => !tests.Contains(n)));
    }

    [GeneratedRegex(@"public (async )?(Task|void) (?<name>[A-Z]\w+)\(", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex TestName();

    [GeneratedRegex(@"`(?<name>[A-Z][a-z]*_\w+)`", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Named();
}
