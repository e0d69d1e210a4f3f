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
        snapshots.Start(ledger.State, ledger.State.Head.LastRow);
        var cash = ledger.State.Find(Given.Cash)!;
        cash.Now.Events = Options.SnapshotEvents - 1;
        snapshots.Committed([cash], [], firstRow: 4, written: null, Given.Start);

        // Both reasons at once: enough rows, and old.
        var draft = new Draft(ledger.State, Given.Start + TimeSpan.FromMinutes(2));
        Decision.Decide(draft, Given.Posting(1, new Leg(Given.Cash, Given.Wallet(), Given.Amount(1))), Facts.None);
        Assert.Contains(snapshots.Choose(draft), s => s.Account == cash);
        draft.Drop(); // its commit fails

        Assert.True((snapshots.NextCheckpoint(ledger.State) ?? 3) <= 3);
        Assert.True(snapshots.IsDue(Given.Start + TimeSpan.FromMinutes(2)));
    }
}
