using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Writing;
using Npgsql;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>
/// The table of reservations, ended ones too. It is read in the order in which they were made, in step with the replay, so that only live
/// ones have to be kept.
/// </summary>
sealed class StoredReservations(NpgsqlConnection connection, Findings findings)
{
    readonly RowsInOrder<Row> rows = new(connection, "reservations", RowsSql, Read);
    readonly Dictionary<Guid, Row> live = [];

    /// <summary>What a batch has made of reservations.</summary>
    public void Reached(IReadOnlyDictionary<Guid, Draft.ReservationChange> changes, in BatchHeader header)
    {
        if (changes.Count == 0)
            return;
        foreach (var change in changes.Values.Where(c => c.IsNew).OrderBy(c => c.Reservation.CreatedRow))
            Made(change.Reservation, header.Number);
        foreach (var change in changes.Values)
        {
            if (change.Status != ReservationStatus.Active && live.Remove(change.Reservation.Id, out var row))
                Compare(row, change.Reservation, change.Status, header.RecordedAt, header.Number);
        }
    }

    public void CompareAtEnd(LedgerState state)
    {
        for (; rows.Peek() is { } row; rows.Skip())
            Unmade(row, null);
        foreach (var row in live.Values.OrderBy(r => r.CreatedRow))
            Compare(row, state.FindReservation(row.Id)!, ReservationStatus.Active, null, null);
    }

    void Made(Reservation reservation, long batch)
    {
        for (; rows.Peek() is { } row && row.CreatedRow < reservation.CreatedRow; rows.Skip())
            Unmade(row, batch);
        if (rows.Peek() is not { } stored || stored.CreatedRow != reservation.CreatedRow)
        {
            Tell(batch, reservation.CreatedRow, $"Reservation {reservation.Id}, made by row {reservation.CreatedRow}, is not stored.");
            return;
        }

        rows.Skip();
        if (stored.Id == reservation.Id)
            live.Add(reservation.Id, stored);
        else
            Tell(
                batch,
                reservation.CreatedRow,
                $"Row {reservation.CreatedRow} makes reservation {reservation.Id}, but {stored.Id} is stored."
            );
    }

    void Compare(Row row, Reservation follows, ReservationStatus status, DateTimeOffset? endedAt, long? batch)
    {
        (string Name, object? Stored, object? Follows)[] columns =
        [
            ("account", row.Account, follows.Account.Number),
            ("amount", row.Amount, follows.Amount),
            ("remaining", row.Remaining, follows.Remaining),
            ("captured", row.Captured, follows.Captured),
            ("status", row.Status, JournalColumns.NameOf(status)),
            ("expires_at", row.ExpiresAt, follows.ExpiresAt),
            ("created_at", row.CreatedAt, follows.CreatedAt),
            ("ended_at", row.EndedAt, endedAt),
        ];
        foreach (var (name, stored, value) in columns)
        {
            if (!Equals(stored, value))
                Tell(
                    batch,
                    row.CreatedRow,
                    $"Reservation {row.Id}, made by row {row.CreatedRow}, is stored with {name} {stored ?? "none"}; the journal says {value ?? "none"}."
                );
        }
    }

    void Unmade(Row row, long? batch) =>
        Tell(batch, row.CreatedRow, $"Reservation {row.Id} is stored as made by row {row.CreatedRow}, which makes no such reservation.");

    void Tell(long? batch, long row, string what) => findings.Add(FindingKind.Stored, batch, row, what);

    static Row Read(NpgsqlDataReader reader) =>
        new(
            reader.GetGuid(0),
            reader.GetInt64(1),
            reader.GetDecimal(2),
            reader.GetDecimal(3),
            reader.GetDecimal(4),
            reader.GetString(5),
            Time(reader, 6),
            reader.GetFieldValue<DateTimeOffset>(7),
            Time(reader, 8),
            reader.GetInt64(9)
        );

    static DateTimeOffset? Time(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    sealed record Row(
        Guid Id,
        long Account,
        decimal Amount,
        decimal Remaining,
        decimal Captured,
        string Status,
        DateTimeOffset? ExpiresAt,
        DateTimeOffset CreatedAt,
        DateTimeOffset? EndedAt,
        long CreatedRow
    );

    const string RowsSql = """
        select id, account, amount, remaining, captured, status, expires_at, created_at, ended_at, created_row
        from ledger.reservations order by created_row, id
        """;
}
