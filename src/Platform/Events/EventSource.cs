using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Hazina.Platform.Events;

/// <summary>
/// Events that follow from rows which a module keeps anyway, in an order in which none comes late: the ledger's journal. They are not copied. The log
/// writes down which rows got which numbers, and the source makes the events of the rows whenever somebody reads them.
/// </summary>
/// <param name="name">Stands in <c>platform.event_runs</c>; never reused for something else.</param>
public abstract class EventSource(string name)
{
    /// <summary>As the log knows it.</summary>
    public string Name { get; } = name;

    /// <summary>What there is after a position: all of it or, where that is much, a part that is worth a turn.</summary>
    /// <param name="after">0 is before the first row.</param>
    /// <param name="cancellation">Stops asking.</param>
    /// <returns>Null when there is nothing. Asked again after the same position it may answer with more, never with something else.</returns>
    public abstract Task<EventRun?> Next(long after, CancellationToken cancellation);

    /// <summary>Makes the events of some rows that were told: the same ones each time, ids included.</summary>
    public abstract Task<DerivedEvents> Read(EventSelection selection, CancellationToken cancellation);

    /// <summary>An event's id where it is made anew each time it is read: a UUIDv7 of the fact's time, the rest a hash of what it came from.</summary>
    /// <param name="at">When it happened.</param>
    /// <param name="fact">Unique, for ever.</param>
    /// <param name="place">Which of the fact's events.</param>
    public static Guid IdOf(DateTimeOffset at, Guid fact, int place)
    {
        Span<byte> content = stackalloc byte[20];
        fact.TryWriteBytes(content, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(content[16..], place);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);

        Span<byte> time = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, at.ToUnixTimeMilliseconds());
        time[2..].CopyTo(hash);
        hash[6] = (byte)(0x70 | (hash[6] & 0x0F));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3F));
        return new Guid(hash[..16], bigEndian: true);
    }
}

/// <summary>Rows of a source that get their numbers together: a number a row, whether the row is an event or not.</summary>
/// <param name="UpTo">The position of the last row. A fact's rows are all in one run.</param>
/// <param name="Parts">Of which books and types it has events.</param>
/// <param name="HasMore">Whether there were further rows already.</param>
public sealed record EventRun(long UpTo, IReadOnlyList<EventPart> Parts, bool HasMore);

/// <summary>Tells that a run has events of a book and a type, so that whoever reads those looks into no run in vain.</summary>
/// <param name="First">The position of the first one, or before it.</param>
/// <param name="Last">The position of the last one, or after it.</param>
public sealed record EventPart(string Book, EventType Type, long First, long Last);

/// <summary>Which events of a source are asked for.</summary>
/// <param name="Book">Null: of all books.</param>
/// <param name="Types">Of one of these types.</param>
/// <param name="Ranges">Whose position is in one of these. In order; they do not overlap.</param>
/// <param name="Limit">At most so many.</param>
public sealed record EventSelection(string? Book, IReadOnlyCollection<string> Types, IReadOnlyList<PositionRange> Ranges, int Limit);

/// <summary>Positions from the first to the last, both included.</summary>
public readonly record struct PositionRange(long First, long Last)
{
    public long Length => Last - First + 1;
}

/// <summary>Events that a source made.</summary>
/// <param name="Events">By position.</param>
/// <param name="IsCut">
/// Whether the source stopped before the limit, because the events are large; it gave one at least. What follows is asked for again.
/// </param>
public sealed record DerivedEvents(IReadOnlyList<DerivedEvent> Events, bool IsCut);

/// <summary>An event, and the row of its source that has its number.</summary>
public sealed record DerivedEvent(long Position, NewEvent Event);
