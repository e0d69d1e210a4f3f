using Hazina.Money;

namespace Hazina.Ledger;

/// <summary>
/// One transaction as a caller asks for it: everything in it happens, or nothing does. The <see cref="Id"/> makes it happen at most once:
/// the same id with the same content answers with the first outcome, with other content it is refused.
/// </summary>
public sealed record Posting
{
    /// <summary>The longest <see cref="Steps"/> may be.</summary>
    public const int MaxSteps = 1_000;

    /// <summary>Chosen by the caller, never reused. UUIDv7 keeps the journal's index small.</summary>
    public required Guid Id { get; init; }

    /// <summary>The book everything in it belongs to (<c>live</c>, <c>sandbox</c>): books never mix.</summary>
    public required string Book { get; init; }

    /// <summary>What this is to the business: lower case, digits and underscores, at most 40 (<c>payment</c>, <c>card_clearing</c>).</summary>
    public required string Kind { get; init; }

    /// <summary>What happens, in order; at least one, at most <see cref="MaxSteps"/>. Empty only where <see cref="Reverses"/> is given.</summary>
    public IReadOnlyList<Step> Steps { get; init; } = [];

    /// <summary>What must hold when all steps are done, or the whole is refused.</summary>
    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    /// <summary>The transaction to undo; its legs are posted the other way round. Once, and in full.</summary>
    public Guid? Reverses { get; init; }

    /// <summary>The value date where it is not the day it is recorded.</summary>
    public DateOnly? EffectiveDate { get; init; }

    /// <summary>
    /// It records what has already happened elsewhere (card clearing, chargeback), so floors, ceilings and freezes do not stop it; closed
    /// accounts still do. Needs a permission of its own, and is marked for ever.
    /// </summary>
    public bool Forced { get; init; }

    /// <summary>The caller's own word for it, at most 255 characters. No personal text: these rows cannot be erased.</summary>
    public string? Reference { get; init; }

    /// <summary>At most 1,000 characters. No personal text.</summary>
    public string? Description { get; init; }

    /// <summary>A JSON object, at most 16 KiB as text. No personal text.</summary>
    public string? Metadata { get; init; }

    /// <summary>Rows of the caller's module that commit with the money when this is posted. Not part of the content.</summary>
    public IReadOnlyList<AlongsideRow> WhenPosted { get; init; } = [];

    /// <summary>Rows of the caller's module that commit with the refusal when this is refused. Not part of the content.</summary>
    public IReadOnlyList<AlongsideRow> WhenRefused { get; init; } = [];

    /// <summary>
    /// The id of a further try of something: a refusal is for ever, so what is tried again under other terms needs an id of its own, the same one each
    /// time that it comes to it.
    /// </summary>
    /// <param name="id">Of the first try.</param>
    /// <param name="attempt">0 is the first try; less than 256.</param>
    public static Guid AttemptId(Guid id, int attempt)
    {
        if (attempt == 0)
            return id;
        // The time in front stays, so that the journal's index stays small; the end tells the attempts apart.
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[15] ^= (byte)attempt;
        bytes[14] ^= 0x5a;
        return new Guid(bytes, bigEndian: true);
    }
}

/// <summary>One thing that a <see cref="Posting"/> does.</summary>
public abstract record Step
{
    private protected Step() { }
}

/// <summary>Moves money: debits one account and credits another of the same book and currency.</summary>
/// <param name="Debit">The account debited; never the one credited.</param>
/// <param name="Credit">The account credited.</param>
/// <param name="Amount">More than zero, in the accounts' currency, with no more digits than it keeps.</param>
/// <param name="Reservation">The reservation it draws on, held on whichever of the two accounts the money leaves.</param>
public sealed record Leg(Guid Debit, Guid Credit, Amount Amount, Guid? Reservation = null) : Step;

/// <summary>Holds money back: lowers what is available on an account, not its balance, until captured, released or expired.</summary>
/// <param name="Id">Chosen by the caller, never reused.</param>
/// <param name="Account">The account whose money is held.</param>
/// <param name="Amount">More than zero.</param>
/// <param name="ExpiresAt">In the future, whole microseconds UTC, when what is left is released by itself; null: never.</param>
public sealed record Reserve(Guid Id, Guid Account, Amount Amount, DateTimeOffset? ExpiresAt) : Step;

/// <summary>Gives held money back.</summary>
/// <param name="Reservation">An active reservation.</param>
/// <param name="Amount">How much of it; null: all that is left.</param>
public sealed record Release(Guid Reservation, Amount? Amount = null) : Step;

/// <summary>Opens an account with nothing on it.</summary>
/// <param name="Id">Its public id, chosen by the caller, never reused.</param>
/// <param name="Currency">What it counts, for ever.</param>
/// <param name="Class">Decides its normal side, for ever.</param>
/// <param name="Floor">The lowest its available may be taken to, on its normal side: 0 for a wallet, negative for an overdraft, null for none.</param>
/// <param name="Ceiling">The highest its posted balance may be taken to, on its normal side; null for none.</param>
/// <param name="Owner">Whose it is in the caller's module; at most 100 characters, no personal text.</param>
public sealed record Open(
    Guid Id,
    Currency Currency,
    AccountClass Class,
    decimal? Floor = null,
    decimal? Ceiling = null,
    string? Owner = null
) : Step;

/// <summary>Changes an account's limits or freezes it; what is null stays as it is.</summary>
/// <param name="Account">An account that is not closed.</param>
/// <param name="Freeze">Which directions are frozen from now on.</param>
/// <param name="Floor">The new floor.</param>
/// <param name="Ceiling">The new ceiling.</param>
public sealed record Change(Guid Account, Freeze? Freeze = null, Limit? Floor = null, Limit? Ceiling = null) : Step;

/// <summary>Closes an account that has no balance and no reservation. There is no way back.</summary>
public sealed record Close(Guid Account) : Step;

/// <summary>A floor or ceiling as a <see cref="Change"/> sets it; null takes it away.</summary>
public readonly record struct Limit(decimal? Value);

/// <summary>What an account is, and so on which side it grows.</summary>
public enum AccountClass : byte
{
    /// <summary>Grows by debit.</summary>
    Asset = 1,

    /// <summary>Grows by credit.</summary>
    Liability = 2,

    /// <summary>Grows by credit.</summary>
    Equity = 3,

    /// <summary>Grows by credit.</summary>
    Income = 4,

    /// <summary>Grows by debit.</summary>
    Expense = 5,
}

/// <summary>Which side of an account takes no more postings. Captures of live reservations still go through.</summary>
[Flags]
public enum Freeze : byte
{
    None = 0,
    Debit = 1,
    Credit = 2,
    Both = 3,
}

/// <summary>What must hold when a posting's steps are done.</summary>
public abstract record Condition
{
    private protected Condition() { }
}

/// <summary>What is available on an account (normal side) is at least so much afterwards.</summary>
public sealed record AvailableAtLeast(Guid Account, decimal Amount) : Condition;

/// <summary>
/// Counts what this posting takes out of an account's available under a tag, and refuses when the period's sum passes the limit. Counted are
/// legs out that draw on no reservation of the account, and reservations; releases count back, never below zero, expiry does not.
/// </summary>
/// <param name="Account">The account whose outgoings are counted.</param>
/// <param name="Tag">Which limit this is (<c>daily</c>); lower case, digits and underscores, at most 40.</param>
/// <param name="PeriodStart">The counter's identity together with account and tag.</param>
/// <param name="PeriodEnd">
/// When the counter is forgotten; after <paramref name="PeriodStart"/>, in the future. Of several ends given for one counter the latest counts.
/// </param>
/// <param name="AtMost">The limit; null only counts.</param>
public sealed record TurnoverAtMost(Guid Account, string Tag, DateTimeOffset PeriodStart, DateTimeOffset PeriodEnd, decimal? AtMost)
    : Condition;
