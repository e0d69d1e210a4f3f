using Hazina.Money;

namespace Hazina.Ledger.Decisions;

/// <summary>What the rules say to a posting: null is yes, and its rows are in the draft.</summary>
/// <param name="Code">One of <see cref="Refusals"/>.</param>
/// <param name="Field">What was refused (<c>steps/0/amount</c>), where one thing was.</param>
readonly record struct No(string Code, string? Field);

/// <summary>A transaction that a posting wants to reverse, as the journal has it.</summary>
/// <param name="Legs">Its rows that are legs, in order.</param>
/// <param name="IsReversal">Whether it is itself a reversal.</param>
/// <param name="IsReversed">Whether somebody reversed it already.</param>
sealed record Original(IReadOnlyList<JournalRow> Legs, bool IsReversal, bool IsReversed)
{
    /// <summary>The account of its first row, legs or not: by it the book is known.</summary>
    public long Account { get; init; } = Legs.Count > 0 ? Legs[0].Debit : 0;
}

/// <summary>What the journal knows that the state does not keep, looked up for one posting before it is decided.</summary>
/// <param name="Original">The transaction that it reverses; null where there is none.</param>
/// <param name="UsedReservations">Which of the ids it wants to reserve under were used before, ended ones too.</param>
sealed record Facts(Original? Original, IReadOnlySet<Guid> UsedReservations)
{
    public static Facts None { get; } = new(null, new HashSet<Guid>());
}

/// <summary>
/// State × posting → rows or a refusal. Pure and deterministic: no clock, no I/O, no order of a dictionary. The draft is changed when, and
/// only when, the answer is yes.
/// </summary>
static partial class Decision
{
    public static No? Decide(Draft draft, Posting posting, Facts facts)
    {
        draft.BeginTransaction();
        var no = posting.Reverses is null ? Steps(draft, posting, facts) : Reversal(draft, posting, facts.Original);
        no ??= Conditions(draft, posting) ?? Bounds(draft, posting);
        if (no is not null)
            draft.Undo();
        return no;
    }

    /// <summary>The row by which a due reservation ends.</summary>
    public static void Expire(Draft draft, Reservation due, Guid transactionId)
    {
        draft.BeginTransaction();
        var position = draft.PositionOf(due.Account);
        draft.Apply(
            new JournalRow
            {
                Seq = draft.NextRow,
                Kind = RowKind.Expire,
                TransactionId = transactionId,
                Leg = 0,
                Legs = 1,
                BusinessKind = "reservation_expiry",
                Debit = due.Account.Number,
                Amount = due.Remaining,
                DebitAfter = position.Net,
                DebitPrevious = position.LastRow,
                HeldAfter = position.Held - due.Remaining,
                Reservation = due.Id,
                RecordedAt = draft.Time,
            }
        );
    }

    static No? Steps(Draft draft, Posting posting, Facts facts)
    {
        for (var i = 0; i < posting.Steps.Count; i++)
        {
            var at = new StepAt(posting, facts, i, posting.Steps.Count);
            var no = posting.Steps[i] switch
            {
                Leg leg => PostLeg(draft, at, leg),
                Reserve reserve => Hold(draft, at, reserve),
                Release release => LetGo(draft, at, release),
                Open open => OpenAccount(draft, at, open),
                Change change => ChangeAccount(draft, at, change),
                Close close => CloseAccount(draft, at, close),
                var other => throw new InvalidOperationException($"No rule for a step of type {other.GetType().Name}."),
            };
            if (no is not null)
                return no;
        }

        return null;
    }

    static No? Reversal(Draft draft, Posting posting, Original? original)
    {
        // Another book's is nobody's, before anything is told of it.
        if (
            original is null
            || (original.Account > 0 && !string.Equals(draft.At(original.Account).Book, posting.Book, StringComparison.Ordinal))
        )
            return new No(Refusals.TransactionNotFound.Code, "reverses");
        if (original.IsReversal)
            return new No(Refusals.ReversalOfReversal.Code, "reverses");
        if (original.IsReversed)
            return new No(Refusals.AlreadyReversed.Code, "reverses");
        if (original.Legs.Count == 0)
            return new No(Refusals.NothingToReverse.Code, "reverses");

        for (var i = 0; i < original.Legs.Count; i++)
        {
            var row = original.Legs[i];
            var debit = draft.At(row.Credit);
            var credit = draft.At(row.Debit);
            var no = Move(
                draft,
                new StepAt(posting, Facts.None, i, original.Legs.Count),
                debit,
                credit,
                row.Amount,
                reservation: null,
                RowFlags.Reversal
            );
            if (no is { } refused)
                return new No(refused.Code, "reverses");
        }

        return null;
    }

    static No? PostLeg(Draft draft, StepAt at, Leg leg)
    {
        if (Find(draft, at, leg.Debit, "debit", out var debit) is { } noDebit)
            return noDebit;
        if (Find(draft, at, leg.Credit, "credit", out var credit) is { } noCredit)
            return noCredit;
        if (debit.Currency != leg.Amount.Currency || credit.Currency != leg.Amount.Currency)
            return at.No(Refusals.CurrencyMismatch, debit.Currency == credit.Currency ? "amount" : "credit");

        Reservation? reservation = null;
        if (leg.Reservation is { } id)
        {
            reservation = draft.FindReservation(id);
            if (reservation is null || !string.Equals(reservation.Account.Book, at.Posting.Book, StringComparison.Ordinal))
                return at.No(Refusals.ReservationNotActive, "reservation");
            if (!Draft.Leaves(reservation.Account, debit, credit))
                return at.No(Refusals.ReservationMismatch, "reservation");
            if (reservation.Remaining < leg.Amount.Value)
                return at.No(Refusals.ReservationExceeded, "amount");
        }

        return Move(draft, at, debit, credit, leg.Amount.Value, reservation, RowFlags.None);
    }

    static No? Move(Draft draft, StepAt at, Account debit, Account credit, decimal amount, Reservation? reservation, RowFlags flags)
    {
        var from = draft.PositionOf(debit);
        var to = draft.PositionOf(credit);
        if (from.Terms.ClosedAt is not null)
            return at.No(Refusals.AccountClosed, "debit");
        if (to.Terms.ClosedAt is not null)
            return at.No(Refusals.AccountClosed, "credit");
        if (!at.Posting.Forced)
        {
            if (from.Terms.Frozen.HasFlag(Freeze.Debit) && reservation?.Account != debit)
                return at.No(Refusals.AccountFrozen, "debit");
            if (to.Terms.Frozen.HasFlag(Freeze.Credit) && reservation?.Account != credit)
                return at.No(Refusals.AccountFrozen, "credit");
        }

        if (from.Debits + amount > Amount.Limit || to.Credits + amount > Amount.Limit)
            return at.No(Refusals.OutOfRange, "amount");

        draft.Apply(
            new JournalRow
            {
                Seq = draft.NextRow,
                Kind = RowKind.Leg,
                TransactionId = at.Posting.Id,
                Leg = at.Index,
                Legs = at.Count,
                BusinessKind = at.Posting.Kind,
                Debit = debit.Number,
                Credit = credit.Number,
                Amount = amount,
                DebitAfter = from.Net + amount,
                CreditAfter = to.Net - amount,
                DebitPrevious = from.LastRow,
                CreditPrevious = to.LastRow,
                HeldAfter = reservation is null ? 0m : (reservation.Account == debit ? from.Held : to.Held) - amount,
                Reservation = reservation?.Id,
                Flags = flags | at.Flags,
                EffectiveDate = at.Posting.EffectiveDate,
                RecordedAt = draft.Time,
            }
        );
        return null;
    }

    static No? Find(Draft draft, StepAt at, Guid id, string name, out Account account)
    {
        account = draft.Find(id)!;
        if (account is null)
            return at.No(Refusals.AccountNotFound, name);
        return string.Equals(account.Book, at.Posting.Book, StringComparison.Ordinal) ? null : at.No(Refusals.BookMismatch, name);
    }

    /// <summary>The step that is being decided.</summary>
    readonly record struct StepAt(Posting Posting, Facts Facts, int Index, int Count)
    {
        public RowFlags Flags => Posting.Forced ? RowFlags.Forced : RowFlags.None;

        public No No(Platform.Http.RefusalType type, string? name) =>
            new(type.Code, name is null ? $"steps/{Index}" : $"steps/{Index}/{name}");
    }
}
