namespace Hazina.Platform.Events;

/// <summary>Somebody who acts on events.</summary>
/// <param name="Name"><c>module.what_it_does</c>; its cursor goes by it.</param>
/// <param name="Types">Which events; null: all.</param>
/// <param name="Handle">
/// Handles one event, with a scope of its own, within <see cref="ListenerTable.Patience"/>. It may get an event again (the process died before that
/// was written down), so handling one twice must be handling it once. Throwing means: not handled, try again later.
/// </param>
/// <param name="Start">Where it begins the first time.</param>
public sealed record Listener(
    string Name,
    string[]? Types,
    Func<IServiceProvider, StoredEvent, CancellationToken, Task> Handle,
    ListenerStart Start
)
{
    /// <summary>
    /// Handles several events in their order, all of them or none; where it throws they are handled one by one. For who writes many as cheaply as one.
    /// </summary>
    public Func<IServiceProvider, IReadOnlyList<StoredEvent>, CancellationToken, Task>? HandleTogether { get; init; }

    /// <summary>How long it may take. Real time, whatever clock is given: what hangs hangs in real time.</summary>
    internal TimeSpan Patience { get; init; } = ListenerTable.Patience;
}

/// <summary>Where a listener begins that has never run before.</summary>
public enum ListenerStart : byte
{
    /// <summary>At the first event that there ever was.</summary>
    FirstEvent,

    /// <summary>After those that there are.</summary>
    Now,
}

/// <summary>An event that a listener has given up on until somebody looks at it; later ones of the same key wait behind it.</summary>
/// <param name="Waiting">How many wait behind it.</param>
public sealed record ParkedEvent(
    string Listener,
    long Number,
    string Type,
    string Key,
    int Tries,
    string Error,
    DateTimeOffset HeldAt,
    long Waiting
);
