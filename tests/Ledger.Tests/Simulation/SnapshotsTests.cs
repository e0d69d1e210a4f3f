using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Tests.Model;
using Hazina.Ledger.Writing;

namespace Hazina.Ledger.Tests.Simulation;

public sealed class SnapshotsTests
{
    static readonly LedgerOptions Options = new()
    {
        SnapshotEvents = 3,
        SnapshotAge = TimeSpan.FromMinutes(1),
        CheckpointRows = 1_000,
    };

    [Fact]
    public void A_snapshot_whose_batch_fails_leaves_the_checkpoint_where_it_was()
    {
        using var ledger = new OneWriter();
        ledger.Post(Given.Opening(2));
        var snapshots = new Snapshots(Options);
        snapshots.Start(ledger.State, loadedCheckpoint: 0);
        var cash = ledger.State.Find(Given.Cash)!;
        (cash.Now.Events, cash.Now.IsUnsaved) = (Options.SnapshotEvents - 1, true);
        snapshots.Committed([cash], Nothing, Header(batch: 1, firstRow: 2), reached: null);

        // Both reasons at once: enough rows, and old.
        var draft = new Draft(ledger.State, Given.Start + TimeSpan.FromMinutes(2));
        Decision.Decide(draft, Given.Posting(1, new Leg(Given.Cash, Given.Wallet(), Given.Amount(1))), Facts.None);
        Assert.Contains(snapshots.Choose(draft).Snapshots, s => s.Account == cash);
        draft.Drop(); // its commit fails

        Assert.Null(snapshots.NextCheckpoint(ledger.State));
        Assert.True(snapshots.IsDue(Given.Start + TimeSpan.FromMinutes(2)));

        // Where it does not, the checkpoint follows.
        (cash.Now.Events, cash.Now.IsUnsaved) = (0, false);
        snapshots.Committed([cash], new ChosenPositions([(cash, cash.Now)], []), Header(batch: 2, firstRow: 4), reached: null);
        Assert.Equal(ledger.State.Head.LastRow, snapshots.NextCheckpoint(ledger.State)?.Row);
    }

    [Fact]
    public void An_account_of_few_rows_is_saved_when_the_journal_has_gone_far_and_gets_its_snapshot_when_time_has_passed()
    {
        using var ledger = new OneWriter();
        ledger.Post(Given.Opening(2));
        var head = ledger.State.Head.LastRow;
        var snapshots = new Snapshots(Options);
        snapshots.Start(ledger.State, loadedCheckpoint: 0);
        var cash = ledger.State.Find(Given.Cash)!;
        (cash.Now.Events, cash.Now.IsUnsaved) = (1, true);
        snapshots.Committed([cash], Nothing, Header(batch: 1, firstRow: head + 1 - Options.CheckpointRows / 2), reached: null);

        // Far behind, but neither many rows nor old: it is saved, and stays due for its snapshot.
        var draft = new Draft(ledger.State, Given.Start);
        var chosen = snapshots.Choose(draft);
        Assert.Equal((0, 1), (chosen.Snapshots.Count, chosen.Saved.Count));
        Assert.Empty(snapshots.Choose(draft).Saved);
        Assert.Null(snapshots.NextCheckpoint(ledger.State));
        (cash.Now.Events, cash.Now.IsUnsaved) = (1, false);
        snapshots.Committed([cash], chosen, Header(batch: 2, firstRow: head + 1), reached: null);
        draft.Drop();
        Assert.Equal(head, snapshots.NextCheckpoint(ledger.State)?.Row);
        Assert.False(snapshots.IsDue(Given.Start));
        Assert.True(snapshots.IsDue(Given.Start + Options.SnapshotAge));

        draft = new Draft(ledger.State, Given.Start + Options.SnapshotAge);
        Assert.Equal(cash, Assert.Single(snapshots.Choose(draft).Snapshots).Account);
        draft.Drop();
    }

    [Fact]
    public void An_account_that_rests_is_saved_again_once_most_of_what_lies_behind_it_was_said_again()
    {
        using var ledger = new OneWriter();
        ledger.Post(Given.Opening(2));
        var (resting, busy) = (ledger.State.Find(Given.Wallet())!, ledger.State.Find(Given.Cash)!);
        foreach (var account in ledger.State.Accounts)
            account.Now.SavedIn = 0; // in its own row alone
        var snapshots = new Snapshots(Options);
        snapshots.Start(ledger.State, ledger.State.Head.LastRow);
        var most = (2 * ledger.State.Accounts.Count) + 8;
        long Batch(int n) => 100 + n;
        for (var n = 0; n <= most; n++)
        {
            var account = n == 0 ? resting : busy;
            account.Now.SavedIn = Batch(n);
            snapshots.Committed([], new ChosenPositions([], [(account, account.Now)]), Header(Batch(n), firstRow: n), reached: null);
            Assert.Equal(n >= most, Chosen().Contains(resting));
        }

        // Only what was saved before the one that is needed longest may be dropped.
        ledger.State.Head = ledger.State.Head with
        {
            Number = Batch(most),
            LastRow = 10_000,
        };
        Assert.Equal(new Checkpoint(10_000, Batch(0)), snapshots.NextCheckpoint(ledger.State));
        resting.Now.SavedIn = Batch(most + 1);
        snapshots.Committed([], new ChosenPositions([], [(resting, resting.Now)]), Header(Batch(most + 1), firstRow: most), reached: null);
        Assert.Equal(new Checkpoint(10_000, Batch(most)), snapshots.NextCheckpoint(ledger.State));

        List<Account> Chosen()
        {
            var draft = new Draft(ledger.State, Given.Start);
            var saved = snapshots.Choose(draft).Saved.Select(s => s.Account).ToList();
            draft.Drop();
            return saved;
        }
    }

    static readonly ChosenPositions Nothing = new([], []);

    static BatchHeader Header(long batch, long firstRow) => new(1, batch, firstRow, firstRow, 1, 0, 0, "node", Guid.Empty, Given.Start);
}
