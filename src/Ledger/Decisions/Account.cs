using Hazina.Money;

namespace Hazina.Ledger.Decisions;

/// <summary>An account as the state holds it: who it is never changes, where it stands is a <see cref="Position"/>.</summary>
sealed class Account
{
    public required long Number { get; init; }

    public required Guid Id { get; init; }

    public required string Book { get; init; }

    public required Currency Currency { get; init; }

    public required AccountClass Class { get; init; }

    public string? Owner { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Where it stands after the last published batch.</summary>
    public Position Now;

    /// <summary>The first committed row that is in no snapshot of this process; 0 when there is none. The writer's own.</summary>
    public long DirtyFrom;

    /// <summary>The first committed row that this process has not saved; 0 when there is none. The writer's own.</summary>
    public long UnsavedFrom;

    /// <summary>Its place in the draft of the batch at hand, −1 when untouched. The writer's own.</summary>
    public int Slot = -1;

    /// <summary>The same in a draft that lies over another one; the two take turns.</summary>
    public int OtherSlot = -1;

    public bool GrowsByDebit => Class is AccountClass.Asset or AccountClass.Expense;

    /// <summary>Turns debits − credits into the balance on the account's normal side.</summary>
    public decimal Normal(decimal debitsLessCredits) => GrowsByDebit ? debitsLessCredits : -debitsLessCredits;

    public decimal BalanceOf(in Position position) => Normal(position.Net);

    public decimal AvailableOf(in Position position) => Normal(position.Net) - position.Held;
}

/// <summary>Where an account stands at one point of the journal.</summary>
struct Position
{
    /// <summary>All debits ever.</summary>
    public decimal Debits;

    /// <summary>All credits ever.</summary>
    public decimal Credits;

    /// <summary>The sum of what is left of its active reservations.</summary>
    public decimal Held;

    /// <summary>The account's own last row.</summary>
    public long LastRow;

    /// <summary>Rows since its last snapshot.</summary>
    public int Events;

    /// <summary>Whether there are rows since it was last saved, where a start begins from.</summary>
    public bool IsUnsaved;

    /// <summary>The batch that this process knows to have saved it last; 0 where only the account's own row has.</summary>
    public long SavedIn;

    public Terms Terms;

    public readonly decimal Net => Debits - Credits;
}

/// <summary>What an account allows. Shared between positions, replaced when changed.</summary>
sealed record Terms(decimal? Floor, decimal? Ceiling, Freeze Frozen, DateTimeOffset? ClosedAt);

/// <summary>An active reservation. What is neither captured nor remaining was released, or will be when it expires.</summary>
sealed record Reservation(
    Guid Id,
    Account Account,
    decimal Amount,
    decimal Remaining,
    decimal Captured,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    long CreatedRow
);

/// <summary>How a reservation stands after a batch, for its table.</summary>
enum ReservationStatus : byte
{
    Active = 1,
    Captured = 2,
    Released = 3,
    Expired = 4,
}

/// <summary>Which turnover is counted together.</summary>
readonly record struct CounterKey(long Account, string Tag, DateTimeOffset PeriodStart);

/// <summary>The turnover counted so far; forgotten once the period is over.</summary>
readonly record struct Counter(DateTimeOffset PeriodEnd, decimal Total);
