using Hazina.Platform.Postgres;
using Hazina.Testing;

namespace Hazina.Platform.Tests.Postgres;

public sealed class StatementTests
{
    [Fact]
    public async Task Every_statement_can_be_prepared_under_the_role_that_runs_it()
    {
        await using var test = await HazinaDatabase.CreateAsync();
        await using var database = Database.Owned(test.ConnectionString);
        var (faults, count) = await SqlStatements.PrepareAsync(typeof(PlatformModule).Assembly, database, "platform");
        Assert.Empty(faults);
        Assert.True(count >= 15, $"{count} statements were found");
    }

    [Fact]
    public async Task A_statement_that_is_wrong_or_not_allowed_is_found()
    {
        await using var test = await HazinaDatabase.CreateAsync();
        await using var database = Database.Owned(test.ConnectionString);
        var (faults, count) = await SqlStatements.PrepareAsync(typeof(StatementTests).Assembly, database, "platform");
        Assert.Equal(5, count);
        Assert.Equal(
            ["misspelt (42703)", "NotAllowedSql: permission denied"],
            faults
                .Order(StringComparer.Ordinal)
                .Select(f => f.Contains("misspelt", StringComparison.Ordinal) ? "misspelt (42703)" : "NotAllowedSql: permission denied")
        );
        Assert.Contains(
            faults,
            f => f.Contains("NotAllowedSql: permission denied for table jobs (42501) as platform", StringComparison.Ordinal)
        );
        Assert.Contains(faults, f => f.Contains("column \"misspelt\" does not exist", StringComparison.Ordinal));
    }

    const string MisspeltWriterSql = "select misspelt from platform.jobs where name = @name";
    const string NotAllowedSql = "select name from platform.jobs where name = @name";
    const string FineWriterSql =
        "select name from platform.api_keys where id = any (@ids) and name <> '@not_a_parameter' and last_used_at < @at";
    const string SettingSql = "set local lock_timeout = '50ms'";
    const string CopyWriterSql = "copy platform.jobs (name, next_run_at) from stdin (format binary)";
}
