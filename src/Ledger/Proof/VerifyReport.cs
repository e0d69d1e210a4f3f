namespace Hazina.Ledger.Proof;

/// <summary>What a verification has proved, or where it broke.</summary>
public sealed record VerifyReport
{
    /// <summary>Whether everything holds.</summary>
    public bool IsWhole => Found == 0;

    /// <summary>How many things were found broken; <see cref="Findings"/> may hold only the first of them.</summary>
    public required int Found { get; init; }

    /// <summary>In the order of the journal, the first break first.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    public required long Rows { get; init; }

    public required long Transactions { get; init; }

    public required long Refusals { get; init; }

    public required long Batches { get; init; }

    /// <summary>Accounts that the journal opened, up to where it could be replayed.</summary>
    public required long Accounts { get; init; }

    /// <summary>Whether the rows were replayed to the end, and what is stored compared with the outcome.</summary>
    public required bool IsReplayed { get; init; }

    public required IReadOnlyList<BookSum> Books { get; init; }

    /// <summary>The last batch.</summary>
    public required long Head { get; init; }

    /// <summary>Its hash, as 64 hexadecimal digits.</summary>
    public required string HeadHash { get; init; }

    /// <summary>Witnessed heads that were compared with the journal.</summary>
    public required long Witnessed { get; init; }

    /// <summary>What was not checked, and why, in whole sentences.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    public required TimeSpan Took { get; init; }
}

/// <summary>One thing that is broken.</summary>
/// <param name="Kind">Where it stands.</param>
/// <param name="Batch">The batch it is in or first shows in; null where there is none.</param>
/// <param name="Row">The journal row; null where there is none.</param>
/// <param name="What">A sentence for people.</param>
public sealed record Finding(FindingKind Kind, long? Batch, long? Row, string What);

public enum FindingKind
{
    /// <summary>A row, its details, a refusal or a bulk: the truth itself.</summary>
    Journal = 1,

    /// <summary>A batch's hash or its place in the chain.</summary>
    Chain = 2,

    /// <summary>Something that follows from the journal, and is stored otherwise than it follows.</summary>
    Stored = 3,

    /// <summary>What was witnessed outside of the database was rewritten since, or the witness was.</summary>
    Witness = 4,

    /// <summary>What was witnessed lies beyond the journal's end: it was lost, as when an old backup is restored.</summary>
    Lost = 6,

    /// <summary>A constraint or trigger of the database that should be there.</summary>
    Guard = 5,
}

/// <summary>The balances of one book in one currency.</summary>
/// <param name="Debits">The sum of all balances that are debits.</param>
/// <param name="Credits">The sum of all balances that are credits; the same, or the book does not balance.</param>
public sealed record BookSum(string Book, string Currency, long Accounts, decimal Debits, decimal Credits);

/// <summary>How far a verification is.</summary>
/// <param name="Rows">Rows done.</param>
/// <param name="Of">Rows in all.</param>
/// <param name="Doing">What is being done, in a few words.</param>
public readonly record struct VerifyProgress(long Rows, long Of, string Doing);
