namespace Hazina.Ledger.Tests.Rules;

/// <summary>Rule 2: COMMIT has no timeout and no cancellation, and a warning on it means in doubt. A real standby that is away: <see
/// cref="StandbyTests"/>.</summary>
public sealed class Rule02CommitTests
{
    [Fact]
    public async Task A_warning_on_commit_is_a_doubt_that_is_settled_by_one_further_commit()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var before = await ledger.Batches();
        await AtCommit(ledger, "if new.last_row >= new.first_row then raise warning 'canceling wait for synchronous replication'; end if;");

        var outcome = await journal.Post(Given.Transfer(1, 30));
        Assert.Equal((true, before + 1), (outcome.IsPosted, outcome.Batch));
        Assert.Equal(before + 2, await ledger.Batches());
        Assert.Equal(70, await ledger.Balance());
    }

    [Fact]
    public async Task A_commit_that_takes_longer_than_any_statement_may_is_waited_for()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync(settings: ";Command Timeout=1");
        var before = await ledger.Batches();
        await AtCommit(ledger, "perform pg_sleep(1.5);");

        Assert.True((await journal.Post(Given.Transfer(1, 30))).IsPosted);
        Assert.Equal(before + 1, await ledger.Batches()); // no doubt, so no further commit
    }

    [Fact]
    public void Nobody_is_answered_on_a_warning_and_what_is_lost_after_it_is_posted_again()
    {
        using var ledger = new OneProcess();
        ledger.Post(Given.Opening(2));
        ledger.Faults.Warned = 1_000;
        var submission = ledger.HandIn(Given.Transfer(1, 30));
        ledger.First.Step();
        Assert.Equal((false, 2), (submission.Answered.IsCompleted, ledger.Journal.Batches.Count));
        Assert.Equal(1, ledger.Journal.FailOver(1, isAsynchronous: false));

        ledger.Faults.Stop();
        Assert.True(ledger.Answer(submission)[0].IsPosted);
        Assert.Single(ledger.Journal.Tables.Transactions[Given.Tx(1)].Rows);
        Assert.Empty(ledger.Journal.Tables.Doubled);
    }

    /// <summary>Deferred to the very end, so that it happens in COMMIT itself.</summary>
    static Task AtCommit(RealLedger ledger, string what) =>
        ledger.Execute(
            $"""
            create function trial.at_commit() returns trigger language plpgsql as $$ begin {what} return null; end $$;
            create constraint trigger at_commit after insert on ledger.batches deferrable initially deferred
                for each row execute function trial.at_commit();
            """
        );
}
