using System.Diagnostics;
using System.Transactions;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>Rule 4: nobody's row lock stalls everyone.</summary>
public sealed class Rule04RowLocksTests
{
    [Fact]
    public async Task Who_needs_a_row_that_somebody_holds_is_told_to_come_again_and_the_others_are_posted()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        await using (var connection = await ledger.Superuser())
        await using (var held = await connection.BeginTransactionAsync())
        {
            await using (var hold = new Npgsql.NpgsqlCommand("update trial.rows set version = version where key = 'a'", connection, held))
                await hold.ExecuteNonQueryAsync();
            var started = Stopwatch.GetTimestamp();
            var outcomes = await journal
                .PostMany([Given.Transfer(1, 1), Given.Transfer(2, 2).WithBump("a", 0), Given.Transfer(3, 4).WithPayment()])
                .WaitAsync(TimeSpan.FromMinutes(1));
            Assert.Equal([OutcomeStatus.Posted, OutcomeStatus.Retry, OutcomeStatus.Posted], outcomes.Select(o => o.Status));
            Assert.Equal(Refusals.Busy.Code, outcomes[1].Code);
            Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        }

        Assert.True((await journal.Post(Given.Transfer(2, 2).WithBump("a", 0))).IsPosted);
        Assert.Equal(93, await ledger.Balance());
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_fails_those_who_use_it()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var outcomes = await journal.PostMany([Given.Transfer(1, 1).With(TrialModule.Slow), Given.Transfer(2, 2)]);
        Assert.Equal([OutcomeStatus.Retry, OutcomeStatus.Posted], outcomes.Select(o => o.Status));
    }

    [Fact]
    public async Task Who_has_a_transaction_open_cannot_post()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            await Assert.ThrowsAsync<InvalidOperationException>(() => journal.Post(Given.Transfer(1, 1)));
        Assert.Equal(100, await ledger.Balance());
    }
}
