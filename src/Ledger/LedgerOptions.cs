using Hazina.Ledger.Proof;

namespace Hazina.Ledger;

/// <summary>How the ledger runs. Bound from the section <c>Ledger</c> of the settings.</summary>
public sealed class LedgerOptions
{
    /// <summary>Postings that may wait; past it callers are told to come back.</summary>
    public int QueueCapacity { get; set; } = 100_000;

    /// <summary>Postings that one batch takes at the most; an atomic bulk may be larger by itself.</summary>
    public int BatchSize { get; set; } = 8_192;

    /// <summary>Rows of an account after which it gets a snapshot.</summary>
    public int SnapshotEvents { get; set; } = 100;

    /// <summary>How long a changed account waits for its snapshot at the most.</summary>
    public TimeSpan SnapshotAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many rows a start may have to replay.</summary>
    public long CheckpointRows { get; set; } = 2_000_000;

    /// <summary>Postings waiting above which the turn is kept after a commit.</summary>
    public int KeepTurnAbove { get; set; } = 2_000;

    /// <summary>Postings waiting above which the next batch is decided while one is being stored.</summary>
    public int DecideAheadAbove { get; set; } = 256;

    /// <summary>Ids that were made earlier than so long ago are always looked up.</summary>
    internal TimeSpan IdsKnownSince { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a turn may be kept while others wait.</summary>
    public TimeSpan KeepTurnFor { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often a process that posts nothing looks for what others posted.</summary>
    public TimeSpan FollowEvery { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a waiting process lets a silent holder of the turn be, before it ends that one's session.</summary>
    public TimeSpan TurnTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A clock that is off by more stops the writer.</summary>
    public TimeSpan ClockTolerance { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How this process is called in the batches that it writes; at most 60 characters.</summary>
    public string Node { get; set; } = Environment.MachineName is { Length: > 0 and <= 60 } name ? name : "node";

    /// <summary>How heads are signed and witnessed.</summary>
    public ProofOptions Proof { get; set; } = new();
}

/// <summary>
/// How the journal's heads are signed and witnessed. Bound from <c>Ledger:Proof</c>; where the files are, <see cref="ProofFiles.From"/> reads.
/// </summary>
public sealed record ProofOptions
{
    /// <summary>An address that every signed head is posted to.</summary>
    public Uri? Webhook { get; set; }

    /// <summary>How often a new head is signed.</summary>
    public TimeSpan SignEvery { get; set; } = TimeSpan.FromSeconds(5);
}
