namespace Hazina.Platform.Http;

/// <summary>How requests happen once. Bound from the section <c>Idempotency</c>.</summary>
public sealed record IdempotencyOptions
{
    /// <summary>
    /// After how long of silence a server that is at work on a request counts as dead, and the next who asks goes on with it: 30 seconds; 1 second at least.
    /// </summary>
    public TimeSpan Hold { get; set; } = TimeSpan.FromSeconds(30);
}
