using Hazina.Platform.Http;

namespace Hazina.Ledger;

/// <summary>What became of a <see cref="Posting"/>, told after its batch was committed.</summary>
public sealed record Outcome
{
    public required Guid Id { get; init; }

    public required OutcomeStatus Status { get; init; }

    /// <summary>A code of <c>Refusals</c> unless posted (<c>ledger.insufficient_funds</c>).</summary>
    public string? Code { get; init; }

    /// <summary>What in the posting was refused, as a JSON pointer without the slash in front (<c>steps/0/amount</c>), where one thing was.</summary>
    public string? Field { get; init; }

    /// <summary>The journal row of its first step; 0 unless posted.</summary>
    public long FirstRow { get; init; }

    /// <summary>How many journal rows it has; 0 unless posted.</summary>
    public int Rows { get; init; }

    /// <summary>The batch it was committed in: a read that is given this number sees it. 0 where nothing was committed.</summary>
    public long Batch { get; init; }

    /// <summary>The journal's time of that batch, whole microseconds.</summary>
    public DateTimeOffset RecordedAt { get; init; }

    /// <summary>Whether this repeats the outcome of an earlier request with the same id and content.</summary>
    public bool Replayed { get; init; }

    public bool IsPosted => Status == OutcomeStatus.Posted;

    /// <summary>Whether a rule of the ledger said this no.</summary>
    public bool Is(RefusalType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Status == OutcomeStatus.Refused && Code == type.Code;
    }

    /// <summary>Why it is not posted, as callers of modules above are told where those have no better words.</summary>
    /// <param name="pointer">What in their request it is about.</param>
    public Refusal ToRefusal(string? pointer = null)
    {
        var type = Refusals.All.FirstOrDefault(t => t.Code == Code) ?? Refusals.Faulty;
        return Status switch
        {
            OutcomeStatus.Retry => type.Because(type.Explanation) with { RetryAfter = TimeSpan.FromSeconds(1) },
            OutcomeStatus.Faulty => type.Because("It could not be stored; nothing was recorded."),
            _ => type.Because(type.Explanation, pointer),
        };
    }
}

public enum OutcomeStatus : byte
{
    /// <summary>Done and durable.</summary>
    Posted = 1,

    /// <summary>A rule said no. Sticky: the same id gives the same answer for ever.</summary>
    Refused = 2,

    /// <summary>The id was used before with other content; <see cref="Outcome.Field"/> names what differs. Nothing was recorded.</summary>
    Mismatch = 3,

    /// <summary>A guarded statement alongside found another version of its row. Not sticky: read again, decide again, post again.</summary>
    Conflict = 4,

    /// <summary>Nothing was recorded and the same posting may be sent again: the queue is full, a lock was busy, the server is stopping.</summary>
    Retry = 5,

    /// <summary>A statement alongside, or a value, cannot be stored: a bug of the caller. Not sticky, nothing was recorded.</summary>
    Faulty = 6,
}
