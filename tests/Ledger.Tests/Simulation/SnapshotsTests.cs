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
        snapshots.Committed([cash], [], [], firstRow: 2, written: null, Given.Start);

        // Both reasons at once: enough rows, and old.
        var draft = new Draft(ledger.State, Given.Start + TimeSpan.FromMinutes(2));
        Decision.Decide(draft, Given.Posting(1, new Leg(Given.Cash, Given.Wallet(), Given.Amount(1))), Facts.None);
        Assert.Contains(snapshots.Choose(draft).Snapshots, s => s.Account == cash);
        draft.Drop(); // its commit fails

        Assert.Null(snapshots.NextCheckpoint(ledger.State));
        Assert.True(snapshots.IsDue(Given.Start + TimeSpan.FromMinutes(2)));

        // Where it does not, the checkpoint follows.
        (cash.Now.Events, cash.Now.IsUnsaved) = (0, false);
        snapshots.Committed([cash], [(cash, cash.Now)], [], firstRow: 4, written: null, Given.Start);
        Assert.Equal(ledger.State.Head.LastRow, snapshots.NextCheckpoint(ledger.State));
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
        snapshots.Committed([cash], [], [], firstRow: head + 1 - Options.CheckpointRows / 2, written: null, Given.Start);

        // Far behind, but neither many rows nor old: it is saved, and stays due for its snapshot.
        var draft = new Draft(ledger.State, Given.Start);
        var chosen = snapshots.Choose(draft);
        Assert.Equal((0, 1), (chosen.Snapshots.Count, chosen.Saved.Count));
        Assert.Empty(snapshots.Choose(draft).Saved);
        Assert.Null(snapshots.NextCheckpoint(ledger.State));
        (cash.Now.Events, cash.Now.IsUnsaved) = (1, false);
        snapshots.Committed([cash], [], chosen.Saved, firstRow: head + 1, written: null, Given.Start);
        draft.Drop();
        Assert.Equal(head, snapshots.NextCheckpoint(ledger.State));
        Assert.False(snapshots.IsDue(Given.Start));
        Assert.True(snapshots.IsDue(Given.Start + Options.SnapshotAge));

        draft = new Draft(ledger.State, Given.Start + Options.SnapshotAge);
        Assert.Equal(cash, Assert.Single(snapshots.Choose(draft).Snapshots).Account);
        draft.Drop();
    }
}
