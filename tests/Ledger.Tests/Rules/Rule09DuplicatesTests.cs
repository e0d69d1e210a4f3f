using Hazina.Ledger.Tests.Model;
using Hazina.Ledger.Writing;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>Rule 9: duplicates inside one batch wait for the first one's outcome.</summary>
public sealed class Rule09DuplicatesTests : IDisposable
{
    readonly OneWriter ledger = new();

    public Rule09DuplicatesTests() => ledger.Post(Given.Opening(3));

    public void Dispose() => ledger.Dispose();

    [Fact]
    public void The_same_posting_twice_in_a_batch_is_posted_once()
    {
        var answers = ledger.Answer(new Submission([Given.Transfer(1, 60)], null), new Submission([Given.Transfer(1, 60)], null));
        Assert.True(answers[0][0].IsPosted && !answers[0][0].Replayed);
        Assert.Equal(answers[0][0] with { Replayed = true }, answers[1][0]);
        Assert.Equal(40, Balance(1));
    }

    [Fact]
    public void The_same_refused_posting_twice_in_a_batch_is_refused_once()
    {
        var answers = ledger.Answer(new Submission([Given.Transfer(1, 160)], null), new Submission([Given.Transfer(1, 160)], null));
        Assert.Equal(answers[0][0] with { Replayed = true }, answers[1][0]);
        Assert.Single(ledger.Journal.Tables.Refusals);
    }

    [Fact]
    public void The_same_id_with_other_content_in_a_batch_is_told_what_differs()
    {
        var outcomes = ledger.Post(Given.Transfer(1, 60), Given.Transfer(1, 61));
        Assert.Equal((OutcomeStatus.Mismatch, "steps/0/amount"), (outcomes[1].Status, outcomes[1].Field));
    }

    [Fact]
    public void A_reversal_in_the_batch_of_its_original_finds_it_and_a_second_one_is_refused()
    {
        var outcomes = ledger.Post(Given.Transfer(1, 60), Given.Reversal(2, of: 1), Given.Reversal(3, of: 1));
        Assert.Equal([OutcomeStatus.Posted, OutcomeStatus.Posted, OutcomeStatus.Refused], outcomes.Select(o => o.Status));
        Assert.Equal(Refusals.AlreadyReversed.Code, outcomes[2].Code);
        Assert.Equal(100, Balance(1));
    }

    [Fact]
    public void A_bulk_with_the_id_of_a_posting_of_its_batch_waits_for_it()
    {
        var answers = ledger.Answer(new Submission([Given.Transfer(1, 60)], null), new Submission([Given.Transfer(2, 1)], Given.Tx(1)));
        Assert.Equal((OutcomeStatus.Mismatch, "id"), (answers[1][0].Status, answers[1][0].Field));
        Assert.Equal(40, Balance(1));
    }

    [Fact]
    public void An_id_is_used_once_whether_for_a_posting_or_for_a_bulk()
    {
        Assert.True(ledger.PostAll(Given.Tx(1), Given.Transfer(2, 1))[0].IsPosted);
        Assert.Equal(OutcomeStatus.Mismatch, ledger.Post(Given.Transfer(1, 1))[0].Status);
        Assert.Equal(Refusals.IdReused.Code, ledger.PostAll(Given.Tx(3), Given.Transfer(1, 1))[0].Code);
        Assert.Equal(99, Balance(1));
    }

    [Fact]
    public void What_was_handed_in_together_is_decided_in_its_order_though_something_must_wait()
    {
        // The reversal waits for its original; without the money that it brings back, the last one must not be decided before it.
        var outcomes = ledger.Post(Given.Transfer(1, 100), Given.Reversal(2, of: 1), Given.Transfer(3, 70));
        Assert.All(outcomes, o => Assert.True(o.IsPosted));
        Assert.Equal(30, Balance(1));
    }

    [Fact]
    public void Who_waits_is_not_overtaken_by_another_with_the_same_id()
    {
        var answers = ledger.Answer(
            new Submission([Given.Transfer(1, 10), Given.Reversal(2, of: 1)], null),
            new Submission([Given.Transfer(2, 5)], null)
        );
        Assert.All(answers[0], o => Assert.True(o.IsPosted));
        Assert.Equal(OutcomeStatus.Mismatch, answers[1][0].Status);
    }

    decimal Balance(int wallet) =>
        ledger.State.Find(Given.Wallet(wallet)) is { } account ? account.BalanceOf(account.Now) : throw new InvalidOperationException();
}
