using System.Text.RegularExpressions;

namespace Hazina.Architecture.Tests;

public sealed partial class SchemaMapTests
{
    [Fact]
    public void Every_home_in_the_schema_map_is_a_column()
    {
        var homes = Home()
            .Matches(Tree.Files.Single(f => f.Path == "docs/schema-map.md").Text)
            .Select(m => m.Groups[1].Value)
            .ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(homes);
        var columns = Tree
            .Files.Where(f => f.Extension == ".sql" && f.IsIn("src"))
            .SelectMany(f => Columns(f.Text))
            .ToHashSet(StringComparer.Ordinal);
        Found.Nothing(
            "docs/schema-map.md names columns that no migration makes:",
            homes.Where(h => h.Count(c => c == '.') == 2 && !columns.Contains(h))
        );
    }

    [Fact]
    public void Columns_are_read_from_tables_and_views()
    {
        const string Script = """
            create table a.b (
                id   uuid not null, -- not a.b.gone
                name text
            );
            create view a.v as
            select b.id, b.name as title, 'x' as side
            from a.b as b;
            """;
        Assert.Equal(["a.b.id", "a.b.name", "a.v.id", "a.v.title", "a.v.side"], Columns(Script));
    }

    /// <summary>Columns as <c>schema.table.column</c>; of a view those of its first select.</summary>
    static IEnumerable<string> Columns(string sql)
    {
        sql = Comment().Replace(sql, "");
        foreach (Match table in Table().Matches(sql))
        {
            foreach (Match column in Column().Matches(table.Groups["body"].Value).Where(c => c.Groups[1].Value != "constraint"))
                yield return $"{table.Groups["name"].Value}.{column.Groups[1].Value}";
        }

        foreach (Match view in View().Matches(sql))
        {
            foreach (var item in Outside().Split(view.Groups["body"].Value))
                yield return $"{view.Groups["name"].Value}.{Last().Match(item).Value.Trim()}";
        }
    }

    [GeneratedRegex(@"`([a-z_]+\.[a-z_]+\.[a-z_]+)`")]
    private static partial Regex Home();

    [GeneratedRegex("--.*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"create table (?<name>[a-z_.]+) \((?<body>.*?)\n\)", RegexOptions.Singleline)]
    private static partial Regex Table();

    [GeneratedRegex(@"^\s*([a-z_]+)\s+[a-z]", RegexOptions.Multiline)]
    private static partial Regex Column();

    [GeneratedRegex(@"create view (?<name>[a-z_.]+) as\s+select (?<body>.*?)\s+from\s", RegexOptions.Singleline)]
    private static partial Regex View();

    /// <summary>Commas that are not within parentheses.</summary>
    [GeneratedRegex(@",(?![^()]*\))")]
    private static partial Regex Outside();

    [GeneratedRegex(@"[a-z_]+\s*$")]
    private static partial Regex Last();
}
