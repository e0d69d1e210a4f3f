using Hazina.Platform.Postgres;

namespace Hazina.Payments.Tests;

public sealed class StatementTests
{
    [Fact]
    public async Task Every_statement_can_be_prepared_under_the_role_that_runs_it()
    {
        await using var test = await HazinaDatabase.CreateAsync();
        await using var database = Database.Owned(test.ConnectionString);
        var (faults, count) = await SqlStatements.PrepareAsync(typeof(PaymentsModule).Assembly, database, "payments");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.InRange(count, 15, int.MaxValue);
    }
}
