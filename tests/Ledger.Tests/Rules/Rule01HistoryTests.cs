using Hazina.Ledger.Decisions;
using Hazina.Ledger.Writing;
using Hazina.Testing;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>Rule 1: my history is the journal's. Whoever remembers another one drops it and reads again.</summary>
public sealed class Rule01HistoryTests
{
    [Fact]
    public async Task Who_remembers_a_batch_that_was_lost_reads_the_journal_again_and_posts_on()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        Assert.True((await journal.Post(Given.Transfer(1, 30))).IsPosted);
        await ledger.LoseLastBatch();

        Assert.Equal(2, (await journal.Post(Given.Transfer(2, 5))).Batch);
        Assert.Equal(95, await ledger.Balance());
        var again = await journal.Post(Given.Transfer(1, 30));
        Assert.True(again is { IsPosted: true, Replayed: false });
        Assert.Equal(65, await ledger.Balance());
    }

    [Fact]
    public async Task Who_only_reads_notices_when_others_go_on_after_the_lost_batch()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var writes = await ledger.StartAsync();
        var reads = await ledger.StartAsync();
        await reads.Reached((await writes.Post(Given.Transfer(1, 30))).Batch);
        await ledger.LoseLastBatch();

        await writes.Post(Given.Transfer(2, 5));
        var last = await writes.Post(Given.Transfer(3, 1));
        await Eventually.TrueAsync(() => reads.Failure is not null || BalanceSeenBy(reads) == 94, "the reader sees the other history");
        Assert.Null(reads.Failure);
        Assert.True(reads.Head >= last.Batch);
    }

    [Theory]
    [InlineData("number")]
    [InlineData("hash")]
    [InlineData("row")]
    public async Task A_batch_that_does_not_follow_the_last_one_is_not_stored(string differs)
    {
        await using var ledger = await RealLedger.CreateAsync();
        await ledger.StartAsync();
        var before = await ledger.Batches();
        using var store = ledger.Store();
        var (state, _) = store.Load();
        var start = store.Begin(keepTurn: false);
        state.Head = differs switch
        {
            "number" => state.Head with { Number = state.Head.Number + 1 },
            "hash" => state.Head with { Hash = [.. state.Head.Hash.Reverse()] },
            _ => state.Head with { LastRow = state.Head.LastRow + 1 },
        };
        var batch = new BatchBuilder(new Draft(state, start.Clock), new Lookup(), new Lane(thread: null)).Build(
            Guid.CreateVersion7(),
            "test",
            null,
            new ChosenPositions([], [])
        );
        Assert.Throws<HistoryDivergedException>(() => store.Write(batch));
        Assert.Equal(before, await ledger.Batches());
    }

    [Fact]
    public async Task A_batch_of_the_same_number_by_another_hand_is_not_taken_for_mine()
    {
        using var ledger = new OneProcess();
        ledger.Post(Given.Opening(2));
        ledger.Post(Given.Transfer(1, 30));
        ledger.Journal.FailOver(1, isAsynchronous: true);
        var other = ledger.Another();
        var theirs = new Submission([Given.Transfer(2, 5)], null);
        Assert.True(other.TryHandIn(theirs));
        other.Step();
        Assert.Equal(2, (await theirs.Answered)[0].Batch);

        Assert.Equal(3, ledger.Post(Given.Transfer(3, 1))[0].Batch);
        Assert.Equal(StateDump.Of(ledger.Journal.Replayed()), StateDump.Of(ledger.First.Writer.State!));
    }

    static decimal BalanceSeenBy(Journal journal)
    {
        if (journal.State is not { } state)
            return -1;
        lock (state.Gate)
            return state.Find(Given.Wallet()) is { } account ? account.BalanceOf(account.Now) : -1;
    }
}
