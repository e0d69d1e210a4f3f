using System.Runtime.InteropServices;

namespace Hazina.Ledger.Decisions;

/// <summary>How a row changes the state, and how a transaction that is refused is taken back.</summary>
sealed partial class Draft
{
    readonly List<(int Slot, Position Before)> savedPositions = [];
    readonly List<(Guid Id, ReservationChange? Before)> savedReservations = [];
    readonly List<(CounterKey Key, Counter? Before)> savedCounters = [];
    readonly List<int> savedIn = buffers?.SavedIn ?? [];
    int transaction;
    Mark before;
    UndoLog? bulk;

    /// <summary>Starts a transaction that may be taken back by <see cref="Undo"/>.</summary>
    public void BeginTransaction()
    {
        if (bulk is { } outer)
            outer.Absorb(savedPositions, savedReservations, savedCounters);
        transaction++;
        savedPositions.Clear();
        savedReservations.Clear();
        savedCounters.Clear();
        before = new Mark(Rows.Count, opened.Count, touched.Count);
    }

    /// <summary>Starts an atomic bulk: several transactions that may be taken back together by <see cref="UndoBulk"/>.</summary>
    public void BeginBulk()
    {
        BeginTransaction();
        bulk = new UndoLog(before);
    }

    public void EndBulk() => bulk = null;

    /// <summary>Takes back everything since <see cref="BeginTransaction"/>.</summary>
    public void Undo()
    {
        Restore(savedPositions, savedReservations, savedCounters, before);
        savedPositions.Clear();
        savedReservations.Clear();
        savedCounters.Clear();
    }

    /// <summary>Takes back everything since <see cref="BeginBulk"/>.</summary>
    public void UndoBulk()
    {
        var log = bulk ?? throw new InvalidOperationException("No bulk was begun.");
        log.Absorb(savedPositions, savedReservations, savedCounters);
        bulk = null;
        Restore(log.Positions, log.Reservations, log.Counters, log.Start);
        BeginTransaction();
    }

    void Restore(
        List<(int Slot, Position Before)> positionsBefore,
        List<(Guid Id, ReservationChange? Before)> reservationsBefore,
        List<(CounterKey Key, Counter? Before)> countersBefore,
        Mark mark
    )
    {
        for (var i = positionsBefore.Count - 1; i >= 0; i--)
            positions[positionsBefore[i].Slot] = positionsBefore[i].Before;
        for (var slot = mark.Touched; slot < touched.Count; slot++)
            SetSlot(touched[slot], -1);
        touched.RemoveRange(mark.Touched, touched.Count - mark.Touched);
        positions.RemoveRange(mark.Touched, positions.Count - mark.Touched);
        for (var i = reservationsBefore.Count - 1; i >= 0; i--)
        {
            if (reservationsBefore[i].Before is { } reservation)
                reservations[reservationsBefore[i].Id] = reservation;
            else
                reservations.Remove(reservationsBefore[i].Id);
        }

        for (var i = countersBefore.Count - 1; i >= 0; i--)
        {
            if (countersBefore[i].Before is { } counter)
                counters[countersBefore[i].Key] = counter;
            else
                counters.Remove(countersBefore[i].Key);
        }

        for (var i = mark.Opened; i < opened.Count; i++)
            openedById.Remove(opened[i].Id);
        opened.RemoveRange(mark.Opened, opened.Count - mark.Opened);
        NextRow -= Rows.Count - mark.Rows;
        Rows.RemoveRange(mark.Rows, Rows.Count - mark.Rows);
    }

    /// <summary>The accounts that the transaction at hand has touched, with where they stood before it.</summary>
    public ReadOnlySpan<(int Slot, Position Before)> TouchedByTransaction => CollectionsMarshal.AsSpan(savedPositions);

    /// <summary>Changes the draft by the next row, and checks that the row is what follows from where the accounts stand.</summary>
    /// <param name="row">The row.</param>
    /// <param name="command">What an open, change or reserve row does; null for the others.</param>
    /// <param name="book">The book that an open row opens in; null for the others.</param>
    public void Apply(in JournalRow row, Step? command = null, string? book = null)
    {
        Invariant.Holds(row.Seq == NextRow, $"row {row.Seq} follows row {NextRow - 1}");
        switch (row.Kind)
        {
            case RowKind.Leg:
                ApplyLeg(row);
                break;
            case RowKind.Reserve:
                ApplyReserve(row, (Reserve)command!);
                break;
            case RowKind.Release or RowKind.Expire:
                ApplyEnd(row);
                break;
            case RowKind.Open:
                ApplyOpen(row, (Open)command!, book!);
                break;
            case RowKind.Change:
                ApplyChange(row, (Change)command!);
                break;
            case RowKind.Close:
                ref var closing = ref Advance(At(row.Debit), row.Seq, row.DebitPrevious);
                Invariant.Holds(closing.Net == 0 && closing.Held == 0, $"row {row.Seq} closes an empty account");
                closing.Terms = closing.Terms with { ClosedAt = row.RecordedAt };
                break;
            default:
                throw new BrokenInvariantException($"row {row.Seq} is of kind {(int)row.Kind}, which this version does not know");
        }

        if (row.Kind is not RowKind.Leg)
            Invariant.Holds(
                positions[SlotOf(At(row.Debit))].Net == row.DebitAfter,
                $"row {row.Seq} leaves account {row.Debit} with {row.DebitAfter}"
            );
        Rows.Add(row);
        NextRow++;
    }

    void Count(in CounterKey key, DateTimeOffset periodEnd, decimal delta)
    {
        savedCounters.Add((key, counters.TryGetValue(key, out var before) ? before : null));
        var end = Find(key) is { } known && known.PeriodEnd > periodEnd ? known.PeriodEnd : periodEnd;
        counters[key] = new Counter(end, Math.Max(0m, TotalOf(key) + delta));
    }

    /// <summary>Counts what the transaction at hand, all of whose rows are applied, took out of the account under the condition's tag.</summary>
    public void Count(TurnoverAtMost condition, Account account, Guid transactionId) =>
        Count(
            new CounterKey(account.Number, condition.Tag, condition.PeriodStart.ToUniversalTime()),
            condition.PeriodEnd.ToUniversalTime(),
            TakenOut(account, transactionId)
        );

    /// <summary>What a transaction takes out of what is available on the account: legs out and holds, less what it gives back.</summary>
    public decimal TakenOut(Account account, Guid transactionId)
    {
        var taken = 0m;
        for (var i = Rows.Count - 1; i >= 0 && Rows[i].TransactionId == transactionId; i--)
        {
            var row = Rows[i];
            taken += row.Kind switch
            {
                RowKind.Leg when row.Reservation is { } reservation && IsHeldOn(reservation, account) => 0m,
                RowKind.Leg when row.Debit == account.Number && !account.GrowsByDebit => row.Amount,
                RowKind.Leg when row.Credit == account.Number && account.GrowsByDebit => row.Amount,
                RowKind.Reserve when row.Debit == account.Number => row.Amount,
                RowKind.Release when row.Debit == account.Number => -row.Amount,
                _ => 0m,
            };
        }

        return taken;
    }

    void ApplyLeg(in JournalRow row)
    {
        Invariant.Holds(row.Debit != row.Credit && row.Amount > 0, $"row {row.Seq} debits one account and credits another");
        var debited = At(row.Debit);
        var credited = At(row.Credit);
        Invariant.Holds(
            ReferenceEquals(debited.Currency, credited.Currency) && string.Equals(debited.Book, credited.Book, StringComparison.Ordinal),
            $"row {row.Seq} stays in one book and currency"
        );

        ref var debit = ref Advance(debited, row.Seq, row.DebitPrevious);
        debit.Debits += row.Amount;
        Invariant.Holds(debit.Net == row.DebitAfter, $"row {row.Seq} leaves account {row.Debit} with {row.DebitAfter}");
        ref var credit = ref Advance(credited, row.Seq, row.CreditPrevious);
        credit.Credits += row.Amount;
        Invariant.Holds(credit.Net == row.CreditAfter, $"row {row.Seq} leaves account {row.Credit} with {row.CreditAfter}");

        if (row.Reservation is { } id)
        {
            var reservation = FindReservation(id) ?? throw new BrokenInvariantException($"row {row.Seq} draws on an active reservation");
            Invariant.Holds(Leaves(reservation.Account, debited, credited), $"row {row.Seq} draws on a reservation of its payer");
            Lower(reservation, row.Amount, ReservationStatus.Captured, row);
        }
    }

    void ApplyReserve(in JournalRow row, Reserve command)
    {
        var account = At(row.Debit);
        ref var position = ref Advance(account, row.Seq, row.DebitPrevious);
        position.Held += row.Amount;
        Invariant.Holds(position.Held == row.HeldAfter, $"row {row.Seq} leaves {row.HeldAfter} held");
        Invariant.Holds(command.Id == row.Reservation && command.Amount.Value == row.Amount, $"row {row.Seq} is what its command says");
        Set(
            command.Id,
            new ReservationChange(
                new Reservation(
                    command.Id,
                    account,
                    row.Amount,
                    Remaining: row.Amount,
                    Captured: 0,
                    command.ExpiresAt?.ToUniversalTime(),
                    row.RecordedAt,
                    row.Seq
                ),
                ReservationStatus.Active,
                IsNew: true
            )
        );
    }

    void ApplyEnd(in JournalRow row)
    {
        var reservation =
            FindReservation(row.Reservation!.Value) ?? throw new BrokenInvariantException($"row {row.Seq} ends an active reservation");
        Invariant.Holds(reservation.Account.Number == row.Debit, $"row {row.Seq} ends a reservation of its account");
        Advance(reservation.Account, row.Seq, row.DebitPrevious);
        var ended = row.Kind == RowKind.Expire ? ReservationStatus.Expired : ReservationStatus.Released;
        Lower(reservation, row.Amount, ended, row);
    }

    void ApplyOpen(in JournalRow row, Open command, string book)
    {
        Invariant.Holds(row.Debit == NextAccountNumber && row.DebitPrevious == 0, $"row {row.Seq} opens account {NextAccountNumber}");
        var account = new Account
        {
            Number = row.Debit,
            Id = command.Id,
            Book = book,
            Currency = command.Currency,
            Class = command.Class,
            Owner = command.Owner,
            OpenedAt = row.RecordedAt,
            Now =
            {
                LastRow = row.Seq,
                Events = 1,
                Terms = new Terms(command.Floor, command.Ceiling, Freeze.None, null),
            },
        };
        opened.Add(account);
        openedById.Add(account.Id, account);
        Touch(account);
    }

    void ApplyChange(in JournalRow row, Change command)
    {
        ref var position = ref Advance(At(row.Debit), row.Seq, row.DebitPrevious);
        position.Terms = position.Terms with
        {
            Frozen = command.Freeze ?? position.Terms.Frozen,
            Floor = command.Floor is { } floor ? floor.Value : position.Terms.Floor,
            Ceiling = command.Ceiling is { } ceiling ? ceiling.Value : position.Terms.Ceiling,
        };
    }

    /// <summary>Whether a leg takes money from the account, seen from its normal side.</summary>
    internal static bool Leaves(Account account, Account debited, Account credited) =>
        (account == debited && !account.GrowsByDebit) || (account == credited && account.GrowsByDebit);

    ref Position Advance(Account account, long row, long previous)
    {
        ref var position = ref Touch(account);
        Invariant.Holds(position.LastRow == previous, $"row {row} follows row {position.LastRow} on account {account.Number}");
        Invariant.Holds(position.Terms.ClosedAt is null, $"row {row} touches account {account.Number}, which is open");
        position.LastRow = row;
        position.Events++;
        position.IsUnsaved = true;
        return ref position;
    }

    void Lower(Reservation reservation, decimal amount, ReservationStatus whenDone, in JournalRow row)
    {
        ref var position = ref Touch(reservation.Account);
        position.Held -= amount;
        var left = reservation.Remaining - amount;
        Invariant.Holds(left >= 0 && position.Held >= 0, $"row {row.Seq} takes no more than is reserved");
        Invariant.Holds(position.Held == row.HeldAfter, $"row {row.Seq} leaves {row.HeldAfter} held");
        var isNew = reservations.TryGetValue(reservation.Id, out var known) && known.IsNew;
        var captured = reservation.Captured + (whenDone == ReservationStatus.Captured ? amount : 0);
        Set(
            reservation.Id,
            new ReservationChange(
                reservation with
                {
                    Remaining = left,
                    Captured = captured,
                },
                left == 0 ? whenDone : ReservationStatus.Active,
                isNew
            )
        );
    }

    void Set(Guid id, in ReservationChange change)
    {
        savedReservations.Add((id, reservations.TryGetValue(id, out var before) ? before : null));
        reservations[id] = change;
    }

    void SaveForUndo(int slot)
    {
        while (savedIn.Count <= slot)
            savedIn.Add(0);
        if (savedIn[slot] == transaction)
            return;
        savedIn[slot] = transaction;
        savedPositions.Add((slot, positions[slot]));
    }

    /// <summary>How far the draft's lists had grown.</summary>
    readonly record struct Mark(int Rows, int Opened, int Touched);

    /// <summary>What an atomic bulk has changed so far, oldest first.</summary>
    sealed class UndoLog(Mark start)
    {
        public Mark Start => start;

        public List<(int Slot, Position Before)> Positions { get; } = [];

        public List<(Guid Id, ReservationChange? Before)> Reservations { get; } = [];

        public List<(CounterKey Key, Counter? Before)> Counters { get; } = [];

        public void Absorb(
            List<(int Slot, Position Before)> positions,
            List<(Guid Id, ReservationChange? Before)> reservations,
            List<(CounterKey Key, Counter? Before)> counters
        )
        {
            Positions.AddRange(positions);
            Reservations.AddRange(reservations);
            Counters.AddRange(counters);
        }
    }
}
