using Hazina.Money;

namespace Hazina.Accounts.Activities;

/// <summary>Something that happened to an account, as its holder is to read it.</summary>
/// <param name="Account">Whose.</param>
/// <param name="Amount">More than zero; the side says which way it went.</param>
/// <param name="Description">In the holder's words; 1 to 1,000 characters.</param>
/// <param name="Source">What made it, as a word of the module that did (<c>transfer</c>); with the id it leads there.</param>
/// <param name="SourceId">The transfer's, payment's … id.</param>
public sealed record ActivityEntry(
    CustomerAccount Account,
    ActivityType Type,
    ActivitySide Side,
    Amount Amount,
    string Description,
    string Source,
    Guid SourceId
)
{
    /// <summary>Its own id, by which what is pending is completed later.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Completed where the money has moved with it; pending where it is only held.</summary>
    public ActivityStatus Status { get; init; } = ActivityStatus.Completed;

    /// <summary>1 to 50 characters. Null: as the holder's rules say.</summary>
    public string? Category { get; init; }

    /// <summary>At most 100 characters.</summary>
    public string? Reference { get; init; }

    /// <summary>The other side, as far as this holder is to know it; at most 255 characters.</summary>
    public string? Counterparty { get; init; }

    /// <summary>Whether it is between accounts of one holder, and so no spending.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Where its posting goes on to move more of the account: what was on it in between. Null: what is on it afterwards.</summary>
    internal decimal? BalanceAfter { get; init; }

    /// <summary>More, as a JSON object that the holder may see.</summary>
    public string? Details { get; init; }
}

/// <summary>What it was.</summary>
public enum ActivityType
{
    Deposit,
    Withdrawal,
    Transfer,
    Payment,
    Refund,
    Fx,
    Fee,
    Interest,
    Trade,
    Escrow,
    Adjustment,
}

/// <summary>How far it has come.</summary>
public enum ActivityStatus
{
    Pending,
    Completed,
    Failed,
    Cancelled,
}

/// <summary>Which way it went: a credit raises what the holder has, a debit lowers it.</summary>
public enum ActivitySide
{
    Credit,
    Debit,
}
