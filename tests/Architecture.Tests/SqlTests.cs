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
