using Hazina.Architecture.Tests.Rules;

namespace Hazina.Architecture.Tests;

/// <summary>A rule that never bites is no rule: each is given something bad, and something good that looks like it.</summary>
public sealed class RulesBiteTests
{
    [Theory]
    [InlineData(1, """class A { void B() => db.Run("select id from ledger.accounts"); }""")]
    [InlineData(1, """class A { void B() => db.Run($"insert into {table} values (1)"); }""")]
    [InlineData(1, """class A { void B() => db.Run("  UPDATE a.b set c = 1"); }""")]
    [InlineData(1, """class A { const string Query = "with x as (select 1) select 2"; }""")]
    [InlineData(0, """class A { const string QuerySql = "select id from ledger.accounts"; }""")]
    [InlineData(0, """class A { static string PageSql(string by) => $"select id from t order by {by}"; }""")]
    [InlineData(0, """class A { const string Text = "select a currency"; const string More = "Update failed, set it again"; }""")]
    public void Sql_outside_its_constant_is_found(int findings, string code) =>
        Assert.Equal(
            findings,
            SqlRules.SqlOutsideItsConstant(Code(code)).Count() - (code.Contains("a currency", StringComparison.Ordinal) ? 1 : 0)
        );

    [Theory]
    [InlineData(1, """class A { const string MakeSql = "create unique index i on t (a)"; }""")]
    [InlineData(1, """class A { const string MakeSql = "select 1; drop table t"; }""")]
    [InlineData(0, """class A { const string MakeSql = "select created_at from t"; }""")]
    public void Ddl_outside_schema_is_found(int findings, string code) =>
        Assert.Equal(findings, SqlRules.DdlOutsideSchema(Code(code)).Count());

    [Theory]
    [InlineData(1, "select * from a.b;")]
    [InlineData(0, "insert into a.b (c, d) select * from unnest($1::int[], $2::text[])")]
    [InlineData(1, "select distinct t.* from a.b t;")]
    [InlineData(0, "select count(*) from a.b; -- select * would break")]
    public void Select_star_is_found(int findings, string sql) =>
        Assert.Equal(findings, SqlRules.SelectStar(new SourceFile("src/X/Schema/V1.0.0__x.sql", sql)).Count());

    [Theory]
    [InlineData("V1.0.0__ledger.sql", true)]
    [InlineData("V1.10.2__two_words.sql", true)]
    [InlineData("V1.0__ledger.sql", false)]
    [InlineData("v1.0.0__ledger.sql", false)]
    [InlineData("V1.0.0_ledger.sql", false)]
    [InlineData("V1.0.0__Ledger.sql", false)]
    public void Names_of_migrations_are_checked(string name, bool isGood) => Assert.Equal(isGood, SchemaRules.IsMigrationName(name));

    [Theory]
    [InlineData(1, "id uuid references identity.users (id)")]
    [InlineData(0, "id uuid references ledger.accounts (id)")]
    [InlineData(0, "id uuid, -- the id of identity.users")]
    [InlineData(0, "check (kind <> 'identity.users')")]
    public void A_foreign_key_across_modules_is_found(int findings, string sql) =>
        Assert.Equal(
            findings,
            SchemaRules.OtherSchemas(new SourceFile("src/Ledger/Schema/x.sql", sql), "Ledger", ["Ledger", "Identity"]).Count()
        );

    [Theory]
    [InlineData(1, "namespace Hazina.Ledger.Reading;")]
    [InlineData(1, "namespace Hazina.Ledger.Writing { }")]
    [InlineData(1, "class A { }")]
    [InlineData(0, "namespace Hazina.Ledger.Writing;")]
    public void A_namespace_that_is_not_its_folder_is_found(int findings, string code) =>
        Assert.Equal(findings, NameRules.NamespacesThatAreNotTheFolder(new SourceFile("src/Ledger/Writing/A.cs", code)).Count());

    [Fact]
    public void Bad_names_are_found()
    {
        Assert.Single(NameRules.FoldersAndTypesThatSayNothing(Code("class CacheManager { }")));
        Assert.Single(NameRules.FoldersAndTypesThatSayNothing(new SourceFile("src/Ledger/Utils/A.cs", "")));
        Assert.Empty(NameRules.FoldersAndTypesThatSayNothing(Code("class CommonName { }")));
        Assert.Single(NameRules.TypesNamedLikeANamespace(Code("namespace Hazina.Ledger.Writing; class Writing { }")));
        Assert.Single(NameRules.TypesNamedLikeANamespace(Code("namespace Hazina.Ledger.Writing; class Risk { }")));
        Assert.Empty(NameRules.TypesNamedLikeANamespace(Code("namespace Hazina.Ledger.Writing; class Writer { class Risk { } }")));
        Assert.Single(NameRules.TestsThatAreNoSentence(Code("class A { [Fact] public void Test1() { } }")));
    }

    [Fact]
    public void Long_wide_and_unclean_text_is_found()
    {
        var long401 = string.Concat(Enumerable.Repeat("x\n", Limits.LinesInFile + 1));
        Assert.Single(TextRules.TooLong(Code(long401)));
        Assert.Empty(TextRules.TooLong(Code(long401[2..])));
        var body = new string('\n', Limits.LinesInMethod);
        Assert.Single(TextRules.MethodsTooLong(Code($"class A {{ void B() {{{body}}} }}")));
        Assert.Empty(TextRules.MethodsTooLong(Code($"class A {{ void B() {{{body[1..]}}} }}")));
        Assert.Single(TextRules.TooWide(Code(new string('x', Limits.Width + 1))));
        Assert.Single(TextRules.UncleanLines(Code("class A; \n")));
        Assert.Single(TextRules.UncleanLines(Code("class A;\r\n")));
        Assert.Single(TextRules.UncleanLines(Code("class A;")));
        Assert.Single(TextRules.UncleanLines(Code("class A;\n\n")));
        Assert.Empty(TextRules.UncleanLines(Code("class A;\n")));
    }

    [Fact]
    public void What_should_not_be_in_the_tree_is_found()
    {
        Assert.Single(TextRules.NotesToOneself(Code("// TO" + "DO: later")));
        Assert.Single(TextRules.PathsOfMachines(Code("var a = \"/ho" + "me/asha\";")));
        Assert.Single(TextRules.SkippedWithoutReason(Code("[Fact(Skip" + " = \"later\")]")));
        Assert.Single(TextRules.SkippedWithoutReason(Code("[Fact(Skip" + " = Why)]")));
        Assert.Empty(TextRules.SkippedWithoutReason(Code("[Fact(Skip" + " = \"needs a broker that the feed does not have\")]")));
        Assert.Single(TextRules.WaitsAndHopes(Code("class A { async Task B() => await Task.Delay(100); }")));
        Assert.Single(TextRules.Secrets(Code("-----BEGIN EC " + "PRIVATE KEY-----")));
        Assert.Single(TextRules.Secrets(Code("\"password\"" + ": \"hunter2hunter2\"")));
        Assert.Single(TextRules.Secrets(Code("hz_live" + "_0123456789abcdefghijklmn")));
        Assert.Empty(TextRules.Secrets(Code("password = \"{password}\"; secret: whsec_…")));
    }

    [Fact]
    public void A_link_to_nothing_is_found()
    {
        var document = new SourceFile(
            "docs/x.md",
            "[a](../global.json#top) [b](gone.md) [c](https://example.org) `src/Gone/A.cs` `src/Money/Amount.cs` <img src=\"gone.svg\">\n"
        );
        Assert.Equal(["gone.md", "gone.svg", "src/Gone/A.cs"], DocumentRules.DeadLinks(document).Select(f => f.Split(' ')[^1]));
        var commands = new SourceFile("README.md", "`./hazina ledger verify`, ./hazina serve --database X, ./hazina bench <name>\n");
        Assert.Equal(["ledger verify", "serve", "bench"], DocumentRules.Commands(commands).Select(c => string.Join(' ', c.Words)));
    }

    static SourceFile Code(string text) => new("src/Ledger/Writing/A.cs", text);
}
