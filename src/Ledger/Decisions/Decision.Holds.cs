using Hazina.Money;

namespace Hazina.Ledger.Decisions;

/// <summary>Reservations and accounts: the steps that move no money.</summary>
static partial class Decision
{
    static No? Hold(Draft draft, StepAt at, Reserve reserve)
    {
        if (Find(draft, at, reserve.Account, "account", out var account) is { } no)
            return no;
        if (account.Currency != reserve.Amount.Currency)
            return at.No(Refusals.CurrencyMismatch, "amount");
        if (draft.FindReservation(reserve.Id) is not null || draft.HasTouched(reserve.Id) || at.Facts.UsedReservations.Contains(reserve.Id))
            return at.No(Refusals.ReservationExists, "id");
        if (reserve.ExpiresAt <= draft.Time)
            return at.No(Refusals.ExpiresInThePast, "expires_at");
        var position = draft.PositionOf(account);
        if (position.Terms.ClosedAt is not null)
            return at.No(Refusals.AccountClosed, "account");
        if (!at.Posting.Forced && position.Terms.Frozen.HasFlag(account.GrowsByDebit ? Freeze.Credit : Freeze.Debit))
            return at.No(Refusals.AccountFrozen, "account");
        if (position.Held + reserve.Amount.Value > Amount.Limit)
            return at.No(Refusals.OutOfRange, "amount");

        draft.Apply(
            Single(draft, at, RowKind.Reserve, account, position) with
            {
                Amount = reserve.Amount.Value,
                HeldAfter = position.Held + reserve.Amount.Value,
                Reservation = reserve.Id,
            },
            reserve
        );
        return null;
    }

    static No? LetGo(Draft draft, StepAt at, Release release)
    {
        var reservation = draft.FindReservation(release.Reservation);
        if (reservation is null || !string.Equals(reservation.Account.Book, at.Posting.Book, StringComparison.Ordinal))
            return at.No(Refusals.ReservationNotActive, "reservation");
        if (release.Amount is { } part)
        {
            if (part.Currency != reservation.Account.Currency)
                return at.No(Refusals.CurrencyMismatch, "amount");
            if (part.Value > reservation.Remaining)
                return at.No(Refusals.ReservationExceeded, "amount");
        }

        var amount = release.Amount?.Value ?? reservation.Remaining;
        var position = draft.PositionOf(reservation.Account);
        draft.Apply(
            Single(draft, at, RowKind.Release, reservation.Account, position) with
            {
                Amount = amount,
                HeldAfter = position.Held - amount,
                Reservation = reservation.Id,
            }
        );
        return null;
    }

    static No? OpenAccount(Draft draft, StepAt at, Open open)
    {
        if (draft.Find(open.Id) is not null)
            return at.No(Refusals.AccountExists, "id");
        draft.Apply(
            new JournalRow
            {
                Seq = draft.NextRow,
                Kind = RowKind.Open,
                TransactionId = at.Posting.Id,
                Leg = at.Index,
                Legs = at.Count,
                BusinessKind = at.Posting.Kind,
                Debit = draft.NextAccountNumber,
                Flags = at.Flags,
                EffectiveDate = at.Posting.EffectiveDate,
                RecordedAt = draft.Time,
            },
            open,
            at.Posting.Book
        );
        return null;
    }

    static No? ChangeAccount(Draft draft, StepAt at, Change change)
    {
        if (Find(draft, at, change.Account, "account", out var account) is { } no)
            return no;
        var position = draft.PositionOf(account);
        if (position.Terms.ClosedAt is not null)
            return at.No(Refusals.AccountClosed, "account");
        var floor = change.Floor is { } newFloor ? newFloor.Value : position.Terms.Floor;
        var ceiling = change.Ceiling is { } newCeiling ? newCeiling.Value : position.Terms.Ceiling;
        if (floor > ceiling)
            return at.No(Refusals.FloorAboveCeiling, change.Floor is null ? "ceiling" : "floor");
        if (Digits(change.Floor) > account.Currency.Scale)
            return at.No(Refusals.TooManyDigits, "floor");
        if (Digits(change.Ceiling) > account.Currency.Scale)
            return at.No(Refusals.TooManyDigits, "ceiling");
        draft.Apply(Single(draft, at, RowKind.Change, account, position), change);
        return null;
    }

    static No? CloseAccount(Draft draft, StepAt at, Close close)
    {
        if (Find(draft, at, close.Account, "account", out var account) is { } no)
            return no;
        var position = draft.PositionOf(account);
        if (position.Terms.ClosedAt is not null)
            return at.No(Refusals.AccountClosed, "account");
        if (position.Net != 0 || position.Held != 0)
            return at.No(Refusals.AccountNotEmpty, "account");
        draft.Apply(Single(draft, at, RowKind.Close, account, position));
        return null;
    }

    static JournalRow Single(Draft draft, StepAt at, RowKind kind, Account account, in Position position) =>
        new()
        {
            Seq = draft.NextRow,
            Kind = kind,
            TransactionId = at.Posting.Id,
            Leg = at.Index,
            Legs = at.Count,
            BusinessKind = at.Posting.Kind,
            Debit = account.Number,
            DebitAfter = position.Net,
            DebitPrevious = position.LastRow,
            Flags = at.Flags,
            EffectiveDate = at.Posting.EffectiveDate,
            RecordedAt = draft.Time,
        };

    static int Digits(Limit? limit) => limit?.Value is { } value ? Amount.Digits(value) : 0;
}
