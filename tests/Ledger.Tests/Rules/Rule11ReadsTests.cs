using Hazina.Ledger.Decisions;
using Hazina.Ledger.Writing;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>Rule 11: reads do not tear or lag unnoticed. Over HTTP, with <c>after_batch</c> and two servers: <see cref="Api.BalanceTests"/>.</summary>
public sealed class Rule11ReadsTests
{
    [Fact]
    public void A_reader_who_looks_while_a_batch_is_published_sees_all_of_it_or_nothing()
    {
        using var ledger = new Model.OneWriter();
        ledger.Post(Given.Opening(2));
        var state = ledger.State;
        var writer = new Thread(() => ledger.Post(Given.Transfer(1, 30), Given.Transfer(2, 30), Given.Transfer(3, 30)))
        {
            IsBackground = true,
        };
        lock (state.Gate)
        {
            writer.Start();
            // Until it waits for the gate with its batch committed, or has gone past it.
            Assert.True(
                SpinWait.SpinUntil(
                    () => !writer.IsAlive || (ledger.Journal.Batches.Count == 2 && writer.ThreadState.HasFlag(ThreadState.WaitSleepJoin)),
                    TimeSpan.FromMinutes(1)
                )
            );
            Assert.Equal(1, state.Head.Number);
            Assert.Equal((100, 100), (Balance(state, 1), Balance(state, 2)));
        }

        writer.Join();
        Assert.Equal(2, state.Head.Number);
        Assert.Equal((10, 190), (Balance(state, 1), Balance(state, 2)));
    }

    [Fact]
    public async Task Answers_carry_the_batch_that_they_were_committed_in()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var posted = await journal.Post(Given.Transfer(1, 1));
        Assert.Equal(
            posted.Batch,
            await ledger.Ask<long>($"select number from ledger.batches where {posted.FirstRow} between first_row and last_row")
        );
        Assert.True(journal.Head >= posted.Batch);
        var refused = await journal.Post(Given.Transfer(2, 1_000));
        Assert.Equal(refused.Batch, await ledger.Ask<long>($"select batch from ledger.refusals where id = '{refused.Id}'"));
        await journal.Post(Given.Transfer(3, 1));
        Assert.Equal(posted with { Replayed = true }, await journal.Post(Given.Transfer(1, 1)));
    }

    [Fact]
    public async Task A_read_that_is_given_a_number_waits_for_that_batch()
    {
        await using var ledger = await RealLedger.CreateAsync();
        // Neither looks of its own accord during this test.
        var options = new LedgerOptions { FollowEvery = TimeSpan.FromMinutes(10) };
        var (here, there) = (await ledger.StartAsync(options), await ledger.StartAsync(options));
        for (var i = 1; i <= 20; i++)
        {
            var posted = await here.Post(Given.Transfer(i, 1));
            await there.Reached(posted.Batch).WaitAsync(TimeSpan.FromMinutes(1));
            Assert.True(there.Head >= posted.Batch);
            lock (there.State!.Gate)
                Assert.Equal(100 - i, Balance(there.State, 1));
        }

        Assert.False(there.Reached(here.Head + 1).IsCompleted);
    }

    [Fact]
    public async Task Who_asks_while_the_writer_looks_is_looked_for_once_more()
    {
        using var queue = new SubmissionQueue(10);
        queue.Nudge();
        await Waits();
        // The writer looks, and finds nothing to take; meanwhile somebody was told of a newer batch.
        queue.Nudge();
        queue.Take([], 10);
        await Waits();

        Task Waits() => Task.Run(() => queue.Wait(TimeSpan.FromMinutes(10), CancellationToken.None)).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_process_that_posts_nothing_looks_for_itself()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var (here, there) = (await ledger.StartAsync(), await ledger.StartAsync());
        var posted = await here.Post(Given.Transfer(1, 1));
        await Testing.Eventually.TrueAsync(() => there.Head >= posted.Batch, "the other process has followed");
    }

    static decimal Balance(LedgerState state, int wallet) =>
        state.Find(Given.Wallet(wallet)) is { } account ? account.BalanceOf(account.Now) : throw new InvalidOperationException();
}
