using System.Text.RegularExpressions;
using System.Xml.Linq;
using Hazina.Architecture.Tests.Rules;

namespace Hazina.Architecture.Tests;

public sealed partial class DocumentTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("ARCHITECTURE.md")]
    [InlineData("STYLE.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("LICENSE")]
    [InlineData("NOTICE")]
    [InlineData("docs/schema-map.md")]
    public void The_documents_are_there(string path) => Assert.Contains(Tree.Files, f => f.Path == path && f.Text.Length > 100);

    [Fact]
    public void Links_and_paths_lead_somewhere() =>
        Found.Nothing("A document names what is not there:", Tree.Documents.SelectMany(DocumentRules.DeadLinks));

    [Fact]
    public void Every_module_has_a_page_about_itself() =>
        Found.Nothing(
            $"A README of at most {Limits.LinesInModuleReadme} lines:",
            from module in House.Built
            where module.Level < House.Composition
            let readme = Tree.Files.FirstOrDefault(f => f.Path == $"{module.Folder}/README.md")
            where !Limits.PagesToCome.Contains(module.Name)
            where readme is null || readme.Lines.Count > Limits.LinesInModuleReadme
            select $"{module.Name}: {readme?.Lines.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}"
        );

    [Fact]
    public void Decisions_are_numbered_without_gaps_dated_and_have_a_status()
    {
        var records = Tree.Documents.Where(f => f.Folder == "docs/adr" && f.Name != "README.md").ToList();
        Assert.NotEmpty(records);
        Assert.Equal(Enumerable.Range(1, records.Count).Select(n => $"{n:0000}"), records.Select(r => r.Name[..4]));
        Found.Nothing(
            "A decision has a title, a date and a status, and is in the list:",
            records
                .Where(r =>
                    !Decision().IsMatch(r.Text)
                    || !Tree.Files.Single(f => f.Path == "docs/adr/README.md").Text.Contains(r.Name, StringComparison.Ordinal)
                )
                .Select(r => r.Path)
        );
    }

    [Fact]
    public void Drawings_are_well_formed_and_fetch_nothing()
    {
        foreach (var drawing in Tree.Files.Where(f => f.Extension == ".svg"))
        {
            var root = XDocument.Parse(drawing.Text).Root!;
            Assert.NotNull(root.Attribute("viewBox"));
            Assert.Contains(root.Elements(), e => e.Name.LocalName == "title");
            Assert.DoesNotMatch(@"(?i)<script|<image|url\(http|@import", drawing.Text);
        }
    }

    [GeneratedRegex(@"^# .+\n\n\d{4}-\d{2}-\d{2} · (accepted|superseded by \d{4})", RegexOptions.Singleline)]
    private static partial Regex Decision();
}
