namespace Hazina.Ledger.Decisions;

/// <summary>One row of the journal, as it is stored and as it changes the state. Accounts go by their internal number.</summary>
readonly record struct JournalRow
{
    public required long Seq { get; init; }

    public required RowKind Kind { get; init; }

    public required Guid TransactionId { get; init; }

    public required int Leg { get; init; }

    public required int Legs { get; init; }

    public required string BusinessKind { get; init; }

    /// <summary>The account debited; the one account of a row that is not a leg.</summary>
    public required long Debit { get; init; }

    /// <summary>The account credited; 0 unless it is a leg.</summary>
    public long Credit { get; init; }

    /// <summary>More than zero for legs and holds, 0 for the others.</summary>
    public decimal Amount { get; init; }

    /// <summary>Debits − credits of the debit account afterwards.</summary>
    public decimal DebitAfter { get; init; }

    public decimal CreditAfter { get; init; }

    /// <summary>The debit account's row before this one; 0 where this opened it.</summary>
    public long DebitPrevious { get; init; }

    public long CreditPrevious { get; init; }

    /// <summary>Held on the reservation's account afterwards; only with <see cref="Reservation"/>.</summary>
    public decimal HeldAfter { get; init; }

    public Guid? Reservation { get; init; }

    public RowFlags Flags { get; init; }

    public DateOnly? EffectiveDate { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }
}

enum RowKind : byte
{
    Leg = 1,
    Reserve = 2,
    Release = 3,
    Expire = 4,
    Open = 5,
    Change = 6,
    Close = 7,
}

[Flags]
enum RowFlags : byte
{
    None = 0,
    Forced = 1,
    Reversal = 2,
}
