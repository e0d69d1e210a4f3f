using System.Buffers.Binary;

namespace Hazina.Ledger.Writing;

/// <summary>
/// Tells of most new ids that they are new without asking the journal. UUIDv7 ids grow with time, so there is a stretch of them, from about
/// now to an hour ahead, of which every one that the journal has is remembered here. Ids outside the stretch (late ones, random ones)
/// are looked up.
/// </summary>
/// <param name="behind">How far before now the stretch begins.</param>
sealed class RecentIds(TimeSpan behind)
{
    const int Most = 1_000_000;
    static readonly TimeSpan Ahead = TimeSpan.FromHours(1);

    readonly HashSet<Guid> known = [];
    Guid floor;
    Guid ceiling;
    DateTimeOffset startAgain;

    /// <summary>Whether the stretch must be laid anew, because time has moved on or too much is remembered.</summary>
    public bool IsOver(DateTimeOffset time) => time >= startAgain || known.Count > Most;

    /// <summary>As many of the journal's ids are remembered when the stretch is laid; where there are more, it begins after them.</summary>
    public const int MostAtStart = 20_000;

    /// <summary>The stretch that is laid at a time, without its ends. It begins a little earlier, as those who wait were asked before now.</summary>
    public (Guid Floor, Guid Ceiling) StretchAt(DateTimeOffset time) => (IdOf(time - behind), IdOf(time + Ahead));

    /// <summary>Lays the stretch anew.</summary>
    /// <param name="inJournal">The ids that the journal has in it, the greatest first, at most <see cref="MostAtStart"/>.</param>
    /// <param name="time">Now, by the journal's clock.</param>
    public void Start(IReadOnlyList<Guid> inJournal, DateTimeOffset time)
    {
        known.Clear();
        (floor, ceiling) = StretchAt(time);
        if (inJournal.Count < MostAtStart)
            known.UnionWith(inJournal);
        else
            floor = inJournal[0];
        startAgain = time + (Ahead / 2);
    }

    static Guid IdOf(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, Math.Max(0, time.ToUnixTimeMilliseconds()) << 16);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Forgets the stretch: everything is looked up until it is laid anew.</summary>
    public void Forget() => startAgain = DateTimeOffset.MinValue;

    /// <summary>Whether the journal certainly has nothing under the id.</summary>
    public bool IsNew(Guid id) => id.CompareTo(floor) > 0 && id.CompareTo(ceiling) < 0 && !known.Contains(id);

    /// <summary>Remembers an id that the journal has from now on.</summary>
    public void Add(Guid id)
    {
        if (id.CompareTo(floor) > 0 && id.CompareTo(ceiling) < 0)
            known.Add(id);
    }
}
