namespace Hazina.Platform.Http;

/// <summary>How much each may ask. Bound from the section <c>RateLimits</c>; zero or less is no limit.</summary>
public sealed record RateLimitOptions
{
    /// <summary>Requests a minute of a key that has no limit of its own; more than one server can answer.</summary>
    public long KeyPerMinute { get; set; } = 3_000_000;

    /// <summary>Requests in 15 minutes of a person, on all devices together.</summary>
    public long PersonPer15Minutes { get; set; } = 3_000;

    /// <summary>Requests in 15 minutes from an address where nobody has to say who they are, for each call that only reads.</summary>
    public long AnonymousReadsPer15Minutes { get; set; } = 3_000;

    /// <summary>
    /// The same for each call that changes something: registering, signing in. People behind one carrier's address share it; each login has stricter
    /// limits of its own.
    /// </summary>
    public long AnonymousChangesPer15Minutes { get; set; } = 600;
}
