using Hazina.Ledger.Writing;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>Rule 3: a doubt is resolved inside the next turn; "found" is answered only after one further commit; every commit writes a batch row.</summary>
public sealed class Rule03DoubtTests
{
    /// <summary>Among these the doubted COMMIT is lost, done, and still under way.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 16)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_commit_in_doubt_is_answered_once_the_journal_has_it_and_one_more(int seed)
    {
        using var ledger = new OneProcess(seed);
        ledger.Post(Given.Opening(2));
        var submission = InDoubt(ledger, Given.Transfer(1, 30));
        var isCommitted = ledger.Journal.Batches.Count == 2 || ledger.Journal.InFlight is not null;

        ledger.Faults.Stop();
        var outcome = ledger.Answer(submission)[0];
        Assert.Equal((true, 2L), (outcome.IsPosted, outcome.Batch));
        Assert.Equal(isCommitted ? 3 : 2, ledger.Journal.Batches.Count);
        Assert.Empty(ledger.Journal.Tables.Doubled);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void While_the_further_commit_is_in_doubt_too_nobody_is_answered(int seed)
    {
        using var ledger = new OneProcess(seed);
        ledger.Post(Given.Opening(2));
        var submission = InDoubt(ledger, Given.Transfer(1, 30));
        for (var i = 0; i < 5; i++)
        {
            ledger.First.Step();
            Assert.False(submission.Answered.IsCompleted);
        }

        ledger.Faults.Stop();
        Assert.True(ledger.Answer(submission)[0].IsPosted);
        Assert.Single(ledger.Journal.Batches, b => b.Rows.Any(r => r.TransactionId == Given.Tx(1)));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_was_found_and_lost_in_a_failover_before_the_further_commit_is_posted_again(int seed)
    {
        using var ledger = new OneProcess(seed);
        ledger.Post(Given.Opening(2));
        var submission = InDoubt(ledger, Given.Transfer(1, 30));
        ledger.First.Step(); // finds it, if it is there; its further commit is in doubt
        Assert.False(submission.Answered.IsCompleted);
        ledger.Journal.FailOver(10, isAsynchronous: false);
        Assert.Single(ledger.Journal.Batches);

        ledger.Faults.Stop();
        Assert.True(ledger.Answer(submission)[0].IsPosted);
        Assert.True(ledger.Journal.Tables.Transactions.ContainsKey(Given.Tx(1)));
        Assert.Equal(StateDump.Of(ledger.Journal.Replayed()), StateDump.Of(ledger.First.Writer.State!));
    }

    [Fact]
    public async Task A_batch_of_refusals_only_is_a_batch_and_its_attempt_is_found()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var outcome = await journal.Post(Given.Transfer(1, 1_000));
        Assert.Equal(OutcomeStatus.Refused, outcome.Status);
        Assert.Equal(outcome.Batch, await ledger.Batches());
        var attempt = await ledger.Ask<Guid>($"select attempt from ledger.batches where number = {outcome.Batch} and refusals = 1");
        using var store = ledger.Store();
        store.Begin(keepTurn: false);
        Assert.True(store.HasAttempt(attempt));
        Assert.False(store.HasAttempt(Given.Tx(1)));
    }

    static Submission InDoubt(OneProcess ledger, Posting posting)
    {
        var submission = ledger.HandIn(posting);
        ledger.Faults.InDoubt = 1_000;
        ledger.First.Step();
        Assert.False(submission.Answered.IsCompleted);
        return submission;
    }
}
