namespace Hazina.Journeys.Tests.Faults;

/// <summary>A request as it goes over the wire, as often as it takes until somebody answers.</summary>
/// <param name="Bulk">The id of an atomic bulk.</param>
sealed record Ask(AskKind Kind, string Path, string Body, IReadOnlyList<Wish> Wishes, Guid? Bulk = null);

/// <summary>What the answer to a request looks like.</summary>
enum AskKind
{
    Single,
    Independent,
    Atomic,
}

/// <summary>One posting that is wanted, and what it changes when it is posted.</summary>
/// <param name="Effects">Changes of balances, each on its account's normal side.</param>
sealed record Wish(Guid Id, IReadOnlyList<(Guid Account, decimal Change)> Effects, Hold? Hold = null);

/// <summary>How a posting changes what is left of a reservation.</summary>
sealed record Hold(Guid Reservation, Guid Account, decimal Change, bool Expires);

/// <summary>What a caller was told of a posting: the same for ever.</summary>
/// <param name="Row">Its first row; null where it was refused, or where the answer does not say.</param>
/// <param name="Code">Why it was refused; null where it was posted.</param>
readonly record struct Told(long Batch, long? Row, string? Code)
{
    public bool IsPosted => Code is null;
}
