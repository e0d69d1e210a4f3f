using System.Text.Json;
using System.Text.RegularExpressions;
using Hazina.Platform.Http;

namespace Hazina.Platform.Events;

/// <summary>
/// A kind of event: its name with its version, and the record that it carries. Within a version fields may be added, never removed or given
/// another meaning; whoever has to, makes a new version and tells both for a while.
/// </summary>
public abstract partial record EventType
{
    private protected EventType(string name, string description, Type data, bool isPublic)
    {
        if (!EventName().IsMatch(name))
            throw new ArgumentException($"'{name}' is no event's name: module.noun.happened.v1.", nameof(name));
        (Name, Description, Data, IsPublic) = (name, description, data, isPublic);
    }

    /// <summary>As <c>identity.user.registered.v1</c>.</summary>
    public string Name { get; }

    /// <summary>When it is told, in a sentence.</summary>
    public string Description { get; }

    /// <summary>The record that it carries.</summary>
    public Type Data { get; }

    /// <summary>Whether callers of the API see it; if not, listeners only.</summary>
    public bool IsPublic { get; }

    /// <summary>Whose it is: the schema of the outbox that it goes through.</summary>
    public string Module => Name[..Name.IndexOf('.', StringComparison.Ordinal)];

    [GeneratedRegex(@"^[a-z]{2,40}(\.[a-z_]{1,40}){2}\.v[1-9][0-9]?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EventName();
}

/// <inheritdoc cref="EventType"/>
/// <typeparam name="T">The record that it carries. Personal text does not belong into it: events are not erased.</typeparam>
public sealed record EventType<T> : EventType
    where T : class
{
    public EventType(string name, string description, bool isPublic = true)
        : base(name, description, typeof(T), isPublic) { }

    /// <summary>One that has just happened.</summary>
    /// <param name="book">The book that it belongs to; null where it is about a person, whom books share.</param>
    /// <param name="key">What it is about (an id): events of one key are handled in their order.</param>
    /// <param name="occurredAt">When.</param>
    /// <param name="data">What it says.</param>
    /// <param name="id">Its id where it has one already, as those of an <see cref="EventSource"/> do; null: a new one.</param>
    public NewEvent Of(string? book, string key, DateTimeOffset occurredAt, T data, Guid? id = null) =>
        new(id ?? Guid.CreateVersion7(), Name, book, key, IsPublic, occurredAt, JsonSerializer.Serialize(data, JsonSettings.Options));
}

/// <summary>An event on its way, without a number yet. Made by <see cref="EventType{T}.Of"/>.</summary>
/// <param name="Id">Of this event, for whoever must not take it twice.</param>
/// <param name="Type">See <see cref="EventType.Name"/>.</param>
/// <param name="Data">JSON.</param>
public sealed record NewEvent(Guid Id, string Type, string? Book, string Key, bool IsPublic, DateTimeOffset OccurredAt, string Data);

/// <summary>An event as the log has it.</summary>
/// <param name="Number">Its place among all events of all modules, from 1 up. Not every number is an event's.</param>
/// <param name="Data">JSON; <see cref="Read"/> makes the record of it.</param>
public sealed record StoredEvent(long Number, Guid Id, string Type, string? Book, string Key, DateTimeOffset OccurredAt, string Data)
{
    // A later release may have added a field within the version.
    static readonly JsonSerializerOptions Lenient = new(JsonSettings.Options)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip,
    };

    /// <summary>The row that it is made of; null where it is stored.</summary>
    internal EventOrigin? Origin { get; init; }

    /// <summary>What it says.</summary>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public T Read<T>(EventType<T> type)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.Name == Type
            ? JsonSerializer.Deserialize<T>(Data, Lenient)!
            : throw new InvalidOperationException($"Event {Number} is a {Type}, not a {type.Name}.");
    }
}

/// <summary>A row of a source.</summary>
sealed record EventOrigin(string Source, long Position);
