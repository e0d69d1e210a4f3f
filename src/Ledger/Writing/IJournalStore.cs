using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Writing;

/// <summary>
/// Where the journal is kept, as the writer sees it: one session, used by one thread. PostgreSQL in earnest, and a journal that fails on
/// purpose in the simulation.
/// </summary>
/// <remarks>Every call may throw <see cref="StoreLostException"/>: the session is gone, and what was not committed is undone.</remarks>
interface IJournalStore : IDisposable
{
    /// <summary>The state at the journal's head, from the snapshots and the rows after them.</summary>
    (LedgerState State, long Checkpoint) Load();

    /// <summary>Starts a transaction in the turn, waiting for it; reads the clock and the head.</summary>
    /// <param name="keepTurn">Whether the turn outlasts the commit, until <see cref="ReleaseTurn"/>.</param>
    BatchStart Begin(bool keepTurn);

    /// <summary>The batches after a number, in order, whole. Inside a transaction of <see cref="Begin"/>, or by itself.</summary>
    IEnumerable<StoredBatch> ReadAfter(long number);

    /// <summary>What the journal knows of these ids.</summary>
    Lookup LookUp(LookupRequest request, LedgerState state);

    /// <summary>The ids between two others that the journal has, posted, refused, a bulk's or a reservation's; the greatest first.</summary>
    IReadOnlyList<Guid> IdsBetween(Guid floor, Guid ceiling, int most);

    /// <summary>Whether an attempt was committed.</summary>
    bool HasAttempt(Guid attempt);

    /// <summary>Sends rows of the batch at hand that nothing changes any more, so that they are stored while later ones are decided.</summary>
    /// <param name="rows">All rows of the batch so far, those sent before among them.</param>
    /// <exception cref="BatchRejectedException">As of <see cref="Write"/>.</exception>
    void Append(List<JournalRow> rows);

    /// <summary>Writes what is left of a batch in the transaction at hand.</summary>
    /// <exception cref="BatchRejectedException">Something in it cannot be stored; the transaction is rolled back.</exception>
    /// <exception cref="HistoryDivergedException">The journal's head is not the one this batch builds on; rolled back.</exception>
    void Write(BatchContents batch);

    /// <summary>Commits. False: in doubt, to be settled by <see cref="HasAttempt"/> in a later turn; the session is closed.</summary>
    bool Commit();

    void Rollback();

    /// <summary>Whether the turn outlasts the commits.</summary>
    bool KeepsTurn { get; }

    void ReleaseTurn();
}

/// <summary>How a turn begins.</summary>
/// <param name="Clock">The journal's clock, after the lock was had.</param>
/// <param name="HeadNumber">The last batch.</param>
/// <param name="HeadHash">Its hash.</param>
readonly record struct BatchStart(DateTimeOffset Clock, long HeadNumber, byte[] HeadHash);

/// <summary>What is to be looked up before deciding.</summary>
/// <param name="Ids">Those of postings and of bulks: they are one kind, used once.</param>
sealed record LookupRequest(IReadOnlyList<Guid> Ids, IReadOnlyList<Guid> Reversed, IReadOnlyList<Guid> Reservations)
{
    public bool IsEmpty => Ids.Count == 0 && Reversed.Count == 0 && Reservations.Count == 0;
}

/// <summary>What the journal knows.</summary>
sealed class Lookup
{
    public Dictionary<Guid, StoredTransaction> Posted { get; } = [];

    public Dictionary<Guid, StoredRefusal> Refused { get; } = [];

    public Dictionary<Guid, StoredBulk> Bulks { get; } = [];

    public Dictionary<Guid, Original> Originals { get; } = [];

    public HashSet<Guid> UsedReservations { get; } = [];
}

/// <summary>A posted transaction as the journal has it.</summary>
sealed record StoredTransaction(IReadOnlyList<JournalRow> Rows, byte[]? Details, long Batch);

sealed record StoredRefusal(Guid Id, byte[] Content, string Code, string? Field, long Batch, DateTimeOffset RecordedAt);

sealed record StoredBulk(Guid Id, byte[] Content, long FirstRow, long Batch, DateTimeOffset RecordedAt);

/// <summary>A committed batch as the journal has it.</summary>
/// <param name="Details">By the transaction's first row.</param>
/// <param name="OtherIds">Ids that have no rows: refused ones and bulks.</param>
sealed record StoredBatch(
    BatchHeader Header,
    byte[] PreviousHash,
    byte[] Root,
    byte[] Hash,
    List<JournalRow> Rows,
    IReadOnlyDictionary<long, byte[]> Details,
    IReadOnlyList<Guid> OtherIds
);

/// <summary>Everything that one commit writes.</summary>
sealed class BatchContents
{
    readonly Lazy<byte[]> root;
    readonly Lazy<byte[]> hash;

    /// <param name="header">What is hashed with the root.</param>
    /// <param name="previousHash">That of the batch before.</param>
    /// <param name="root">The root of the tree over the batch; waits for another thread, perhaps.</param>
    public BatchContents(BatchHeader header, byte[] previousHash, Func<byte[]> root)
    {
        Header = header;
        PreviousHash = previousHash;
        this.root = new Lazy<byte[]>(root);
        hash = new Lazy<byte[]>(() => Merkle.HeaderHash(header, previousHash, Root));
    }

    public BatchHeader Header { get; }

    public byte[] PreviousHash { get; }

    public byte[] Root => root.Value;

    /// <summary>The batch's hash, which the next one names. Waits until it is known.</summary>
    public byte[] Hash => hash.Value;

    public required List<JournalRow> Rows { get; init; }

    /// <summary>The books that the rows belong to.</summary>
    public required IReadOnlyCollection<string> Books { get; init; }

    public required IReadOnlyList<DetailsRow> Details { get; init; }

    public required IReadOnlyList<StoredRefusal> Refusals { get; init; }

    public required IReadOnlyList<StoredBulk> Bulks { get; init; }

    public required IReadOnlyList<(Account Account, Position Position)> Opened { get; init; }

    public required IReadOnlyList<(Account Account, Position Position)> Changed { get; init; }

    public required IReadOnlyList<Draft.ReservationChange> Reservations { get; init; }

    public required IReadOnlyList<(CounterKey Key, Counter Counter)> Counters { get; init; }

    /// <summary>Positions that are saved and kept for ever, to find one at a time in the past.</summary>
    public required IReadOnlyList<(Account Account, Position Position)> Snapshots { get; init; }

    /// <summary>Positions that are only saved, so that a start has less to replay.</summary>
    public required IReadOnlyList<(Account Account, Position Position)> Saved { get; init; }

    public required IReadOnlyList<AlongsideCall> Alongside { get; init; }

    /// <summary>The new checkpoint; null: as it was.</summary>
    public required Checkpoint? Checkpoint { get; init; }
}

/// <summary>From where a start has to replay.</summary>
/// <param name="Row">Up to it every row is in what is saved.</param>
/// <param name="SavedFrom">What batches before this one saved is said again by later ones.</param>
readonly record struct Checkpoint(long Row, long SavedFrom);

/// <summary>A transaction's details.</summary>
readonly record struct DetailsRow(long Seq, byte[] Content, Guid? Reverses);

/// <summary>All rows of one kind of statement in a batch.</summary>
/// <param name="Rows">The values, filled in, with the place in the batch of the posting that each belongs to.</param>
sealed record AlongsideCall(AlongsideStatement Statement, IReadOnlyList<(int Item, IReadOnlyList<object?> Values)> Rows);

/// <summary>The session is gone.</summary>
sealed class StoreLostException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The journal has another history than this process remembers.</summary>
sealed class HistoryDivergedException() : Exception("The journal's last batch is not the one this process remembers.");

/// <summary>A batch cannot be stored as it is.</summary>
/// <param name="reason">Why.</param>
/// <param name="items">The places of the postings that are to blame; empty where that is not known.</param>
sealed class BatchRejectedException(RejectedBecause reason, IReadOnlyCollection<int> items, Exception? inner = null)
    : Exception($"The batch was rejected: {reason}.", inner)
{
    public RejectedBecause Reason => reason;

    public IReadOnlyCollection<int> Items => items;
}

enum RejectedBecause
{
    /// <summary>A guarded statement missed the row of these postings.</summary>
    Missed,

    /// <summary>A statement waited too long for somebody's lock.</summary>
    Blocked,

    /// <summary>PostgreSQL refused a value or a statement.</summary>
    Faulty,
}
