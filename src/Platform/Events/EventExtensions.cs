using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Platform.Events;

/// <summary>The events of one module.</summary>
sealed record EventList(IReadOnlyList<EventType> Types);

/// <summary>Every module's events, by name.</summary>
public sealed class EventCatalogue
{
    readonly Dictionary<string, EventType> types;

    internal EventCatalogue(IEnumerable<EventList> lists) =>
        types = lists.SelectMany(l => l.Types).ToDictionary(t => t.Name, StringComparer.Ordinal);

    public IReadOnlyList<EventType> All => [.. types.Values.OrderBy(t => t.Name, StringComparer.Ordinal)];

    public EventType? Find(string name) => types.GetValueOrDefault(name);
}

/// <summary>How a module tells and listens.</summary>
public static class EventExtensions
{
    /// <summary>Makes a module's events known: to the API, and to <c>docs/events/</c>.</summary>
    public static IServiceCollection AddEvents(this IServiceCollection services, IReadOnlyList<EventType> types) =>
        services.AddSingleton(new EventList(types));

    /// <summary>Has what a module puts into <c>&lt;module&gt;.outbox</c> told.</summary>
    /// <param name="module">Lower case, as its schema.</param>
    public static IServiceCollection AddOutbox(this IServiceCollection services, string module) =>
        services.AddSingleton(new OutboxName(module));

    /// <summary>Has events told that follow from rows which a module keeps anyway.</summary>
    public static IServiceCollection AddEventSource<T>(this IServiceCollection services)
        where T : EventSource => services.AddSingleton<EventSource, T>();

    /// <summary>Has events handled: each at least once, those of a key in order, in one process at a time.</summary>
    /// <param name="name"><c>module.what_it_does</c>; never reused for something else.</param>
    /// <param name="types">Which events; null: all.</param>
    /// <param name="handle">See <see cref="Listener"/>.</param>
    /// <param name="start">Where a listener begins that has never run before.</param>
    public static IServiceCollection AddListener(
        this IServiceCollection services,
        string name,
        IReadOnlyList<EventType>? types,
        Func<IServiceProvider, StoredEvent, CancellationToken, Task> handle,
        ListenerStart start = ListenerStart.FirstEvent
    ) => services.AddSingleton(new Listener(name, types?.Select(t => t.Name).ToArray(), handle, start));

    /// <summary>Has events handled several at a time; see <see cref="Listener.HandleTogether"/>.</summary>
    /// <param name="name"><c>module.what_it_does</c>; never reused for something else.</param>
    /// <param name="types">Which of all modules' events.</param>
    /// <param name="handle">All of them or none; those of a key in order, each at least once.</param>
    public static IServiceCollection AddListener(
        this IServiceCollection services,
        string name,
        Func<EventCatalogue, IEnumerable<EventType>> types,
        Func<IServiceProvider, IReadOnlyList<StoredEvent>, CancellationToken, Task> handle
    ) =>
        services.AddSingleton(s => new Listener(
            name,
            [.. types(s.GetRequiredService<EventCatalogue>()).Select(t => t.Name)],
            (scope, told, stop) => handle(scope, [told], stop),
            ListenerStart.FirstEvent
        )
        {
            HandleTogether = handle,
        });

    /// <summary>Tells and listens. Added after all modules, so that it ends before what it uses does.</summary>
    public static IServiceCollection AddEventRunners(this IServiceCollection services)
    {
        services.AddHostedService<EventRelay>();
        return services.AddHostedService<ListenerRunner>();
    }
}
