using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Writing;

namespace Hazina.Ledger.Tests.Simulation;

/// <summary>A batch as it is stored: a copy, because what the writer hands over lives on in its state.</summary>
sealed record SimulatedBatch
{
    public required BatchHeader Header { get; init; }

    public required byte[] PreviousHash { get; init; }

    public required byte[] Root { get; init; }

    public required byte[] Hash { get; init; }

    public required IReadOnlyList<JournalRow> Rows { get; init; }

    public required IReadOnlyDictionary<long, byte[]> Details { get; init; }

    public required IReadOnlyList<Guid> Reversed { get; init; }

    public required IReadOnlyList<StoredRefusal> Refusals { get; init; }

    public required IReadOnlyList<StoredBulk> Bulks { get; init; }

    public required IReadOnlyList<AccountRow> Opened { get; init; }

    public required IReadOnlyList<(long Account, Position Position)> Changed { get; init; }

    public required IReadOnlyList<ReservationRow> Reservations { get; init; }

    public required IReadOnlyList<(CounterKey Key, Counter Counter)> Counters { get; init; }

    public required IReadOnlyList<(long Account, Position Position)> Snapshots { get; init; }

    public required IReadOnlyList<(long Account, Position Position)> Saved { get; init; }

    public required IReadOnlyList<(AlongsideStatement Statement, IReadOnlyList<object?> Values)> Alongside { get; init; }

    public required Checkpoint? Checkpoint { get; init; }

    /// <summary>Its COMMIT came back as it should, so a standby has it. One in doubt may be lost in a failover until a later one is acknowledged.</summary>
    public bool IsAcknowledged { get; set; }

    public static SimulatedBatch Of(BatchContents batch) =>
        new()
        {
            Header = batch.Header,
            PreviousHash = batch.PreviousHash,
            Root = batch.Root,
            Hash = batch.Hash,
            Rows = [.. batch.Rows],
            Details = batch.Details.ToDictionary(d => d.Seq, d => d.Content),
            Reversed = [.. batch.Details.Where(d => d.Reverses is not null).Select(d => d.Reverses!.Value)],
            Refusals = [.. batch.Refusals],
            Bulks = [.. batch.Bulks],
            Opened = [.. batch.Opened.Select(o => new AccountRow(o.Account, o.Position))],
            Changed = [.. batch.Changed.Select(c => (c.Account.Number, c.Position))],
            Reservations = [.. batch.Reservations.Select(r => new ReservationRow(r.Reservation, r.Reservation.Account.Number, r.Status))],
            Counters = [.. batch.Counters],
            Snapshots = [.. batch.Snapshots.Select(s => (s.Account.Number, s.Position))],
            Saved = [.. batch.Saved.Select(s => (s.Account.Number, s.Position))],
            Alongside = [.. batch.Alongside.SelectMany(c => c.Rows.Select(r => (c.Statement, r.Values)))],
            Checkpoint = batch.Checkpoint,
        };

    /// <summary>The same once more, as the batch that follows it.</summary>
    public SimulatedBatch Again()
    {
        var rows = Rows.Count;
        return this with
        {
            Header = Header with { Number = Header.Number + 1, FirstRow = Header.FirstRow + rows, LastRow = Header.LastRow + rows },
            PreviousHash = Hash,
            Rows = [.. Rows.Select(r => r with { Seq = r.Seq + rows })],
            Details = Details.ToDictionary(d => d.Key + rows, d => d.Value),
            Opened = [],
        };
    }

    public StoredBatch Stored =>
        new(Header, PreviousHash, Root, Hash, [.. Rows], Details, [.. Refusals.Select(r => r.Id), .. Bulks.Select(b => b.Id)]);

    public BatchHead Head => new(Header.Number, Hash, Header.LastRow, Header.RecordedAt);
}

/// <summary>An account's row: who it is, and where it stood when it was opened or last changed.</summary>
sealed record AccountRow(Account Identity, Position Snapshot);

/// <summary>A reservation's row.</summary>
sealed record ReservationRow(Reservation Reservation, long Account, ReservationStatus Status);
