namespace Hazina.Ledger.Tests.Rules;

/// <summary>Rule 6: sets do not lose updates.</summary>
public sealed class Rule06SetsTests
{
    [Fact]
    public async Task A_kind_of_statement_is_sent_once_a_batch_however_many_rows_it_has()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var outcomes = await journal.PostMany([.. Enumerable.Range(1, 50).Select(i => Given.Transfer(i, 1).WithPayment())]);
        var batches = outcomes.Select(o => o.Batch).Distinct().Count();
        Assert.Equal(50, await ledger.Ask<long>("select count(*) from trial.payments"));
        Assert.Equal(batches, await ledger.Ask<long>("select count(*) from trial.statements"));
        Assert.InRange(batches, 1, 5);
    }

    [Fact]
    public async Task A_key_comes_once_in_a_batch_and_the_next_one_with_it_waits()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        // Each builds on the version that the one before it leaves: in one statement together, only one could be done.
        var outcomes = await journal.PostMany([.. Enumerable.Range(0, 4).Select(i => Given.Transfer(i + 1, 1).WithBump("a", i))]);
        Assert.All(outcomes, o => Assert.True(o.IsPosted));
        Assert.Equal(4, outcomes.Select(o => o.Batch).Distinct().Count());
        Assert.Equal(4, await ledger.Ask<int>("select version from trial.rows where key = 'a'"));
    }

    [Fact]
    public async Task Who_misses_a_version_conflicts_alone_and_may_come_again_with_the_same_id()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var outcomes = await journal.PostMany([
            Given.Transfer(1, 1).WithBump("a", 7),
            Given.Transfer(2, 2).WithBump("b", 0),
            Given.Transfer(3, 4),
        ]);
        Assert.Equal([OutcomeStatus.Conflict, OutcomeStatus.Posted, OutcomeStatus.Posted], outcomes.Select(o => o.Status));
        Assert.Equal(94, await ledger.Balance());
        Assert.True((await journal.Post(Given.Transfer(1, 1).WithBump("a", 0))) is { IsPosted: true, Replayed: false });
    }

    [Fact]
    public async Task A_set_that_touches_fewer_rows_than_it_was_given_fails_those_to_blame()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var outcomes = await journal.PostMany([
            Given.Transfer(1, 1).With(TrialModule.Touch, "a"),
            Given.Transfer(2, 2).With(TrialModule.Touch, "nobody's"),
            Given.Transfer(3, 4).With(TrialModule.Touch, "b"),
        ]);
        Assert.Equal([OutcomeStatus.Posted, OutcomeStatus.Faulty, OutcomeStatus.Posted], outcomes.Select(o => o.Status));
        Assert.Equal(2, await ledger.Ask<long>("select sum(version) from trial.rows"));
    }

    [Fact]
    public async Task Columns_are_filled_from_the_outcome_of_each_posting()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var outcomes = await journal.PostMany([
            Given.Transfer(1, 30).WithPayment(),
            Given.Transfer(2, 80).WithPayment(),
            Given.Transfer(3, 5).WithPayment(),
        ]);
        foreach (var (outcome, balance) in outcomes.Zip((decimal[])[70, 70, 65]))
        {
            var row = outcome.IsPosted ? $"{outcome.FirstRow}" : "0";
            Assert.True(
                await ledger.Ask<bool>(
                    $"""
                    select row = {row} and balance = {balance} and code is not distinct from {(
                        outcome.Code is { } code ? $"'{code}'" : "null"
                    )}
                       and at = (select recorded_at from ledger.batches where number = {outcome.Batch})
                    from trial.payments where id = '{outcome.Id}'
                    """
                ),
                $"{outcome}"
            );
        }

        // A replayed id runs neither its statements for "posted" nor those for "refused".
        var again = await journal.PostMany([Given.Transfer(1, 30).WithPayment(), Given.Transfer(2, 80).WithPayment()]);
        Assert.All(again, o => Assert.True(o.Replayed));
        Assert.Equal(3, await ledger.Ask<long>("select count(*) from trial.payments"));
    }
}
