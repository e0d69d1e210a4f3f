using System.Text.RegularExpressions;

namespace Hazina.Architecture.Tests.Rules;

/// <summary>What a module's migrations may touch.</summary>
static partial class SchemaRules
{
    public static bool IsMigrationName(string name) => MigrationName().IsMatch(name);

    public static string Version(string name) => name.Split("__")[0];

    /// <summary>Names of another module's schema in a migration: a foreign key, a view, a grant.</summary>
    public static IEnumerable<string> OtherSchemas(SourceFile file, string module, IEnumerable<string> modules)
    {
        var others = modules.Where(m => m != module).Select(m => m.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);
        return from line in SqlRules.WithoutComments(file)
            from Match match in SchemaQualified().Matches(Strings().Replace(line.Text, "''"))
            where others.Contains(match.Groups[1].Value)
            select $"{file.At(line.Number)} {match.Value} is not {module}'s";
    }

    [GeneratedRegex(@"^V\d+\.\d+\.\d+__[a-z0-9]+(_[a-z0-9]+)*\.sql$")]
    private static partial Regex MigrationName();

    [GeneratedRegex(@"\b([a-z]+)\.[a-z_]+\b")]
    private static partial Regex SchemaQualified();

    [GeneratedRegex("'[^']*'")]
    private static partial Regex Strings();
}
