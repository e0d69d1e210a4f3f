using Hazina.Platform.Postgres;
using Hazina.Testing;

namespace Hazina.Ledger.Tests.Api;

public sealed class StatementTests
{
    [Fact]
    public async Task Every_statement_can_be_prepared_under_the_role_that_runs_it()
    {
        await using var test = await HazinaDatabase.CreateAsync();
        await using var database = Database.Owned(test.ConnectionString);
        // The writer's session has the writer's role for all it does; what reads has the role of requests.
        var (faults, count) = await SqlStatements.PrepareAsync(
            typeof(LedgerModule).Assembly,
            database,
            "ledger",
            asWriter: name => name.StartsWith("Hazina.Ledger.Writing.", StringComparison.Ordinal)
        );
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.InRange(count, 50, int.MaxValue);
    }
}
