using System.Security.Cryptography;
using System.Text;
using Hazina.Architecture.Tests.Rules;

namespace Hazina.Architecture.Tests;

public sealed class SqlTests
{
    static IEnumerable<SourceFile> Sources => Tree.Files.Where(f => f.IsIn("src"));

    static IEnumerable<SourceFile> Migrations => Sources.Where(f => f.Extension == ".sql");

    [Fact]
    public void Sql_stands_in_constants_that_are_named_so() =>
        Found.Nothing(
            "A statement is a constant named …Sql at the foot of the verb:",
            Sources.Where(f => f.IsCode && !Limits.SqlOutsideConstants.ContainsKey(f.Path)).SelectMany(SqlRules.SqlOutsideItsConstant)
        );

    [Fact]
    public void Columns_are_named() =>
        Found.Nothing(
            "Whoever reads every column breaks when one is added:",
            Sources.Where(f => f.IsCode || f.Extension == ".sql").SelectMany(SqlRules.SelectStar)
        );

    [Fact]
    public void Tables_are_made_in_migrations() =>
        Found.Nothing(
            "DDL stands in Schema/, or in Limits with a reason:",
            Sources.Where(f => f.IsCode && !Limits.DdlOutsideSchema.ContainsKey(f.Path)).SelectMany(SqlRules.DdlOutsideSchema)
        );

    [Fact]
    public void Migrations_are_named_by_version_and_subject()
    {
        Found.Nothing(
            "V<major>.<minor>.<patch>__<what>.sql in Schema/:",
            Migrations
                .Where(m => !SchemaRules.IsMigrationName(m.Name) || !m.Folder.EndsWith("/Schema", StringComparison.Ordinal))
                .Select(m => m.Path)
        );
        Found.Nothing(
            "A version is given once:",
            Migrations.GroupBy(m => $"{m.Folder}/{SchemaRules.Version(m.Name)}").Where(g => g.Count() > 1).Select(g => g.Key)
        );
    }

    /// <summary>Whoever has run one cannot start a program that has another under its name; a change is a new version.</summary>
    [Fact]
    public void Migrations_stay_as_they_were_landed()
    {
        const string list = "docs/migrations.sha256";
        var landed = Tree.Files.Single(f => f.Path == list).Lines.Select(l => l.Split("  ")).ToDictionary(l => l[1], l => l[0]);
        Found.Nothing(
            $"Edited, or gone, since it was landed in {list}:",
            landed.Where(l => Migrations.All(m => m.Path != l.Key || Sha256(m) != l.Value)).Select(l => l.Key)
        );
        Found.Nothing($"Add it by sha256sum FILE >> {list}:", Migrations.Where(m => !landed.ContainsKey(m.Path)).Select(m => m.Path));
    }

    static string Sha256(SourceFile file) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.Text)));

    [Fact]
    public void Migrations_stay_in_their_own_schema()
    {
        var modules = House.Modules.Select(m => m.Name).ToList();
        Found.Nothing(
            "No foreign key, view or grant crosses modules:",
            Migrations.SelectMany(m => SchemaRules.OtherSchemas(m, m.Path.Split('/')[1], modules))
        );
    }
}
