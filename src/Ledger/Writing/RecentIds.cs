using System.Buffers.Binary;

namespace Hazina.Ledger.Writing;

/// <summary>
/// Tells of most new ids that they are new without asking the journal. UUIDv7 ids grow with time, so there is a stretch of them, from the
/// newest the journal had at some moment to an hour ahead, of which every one that came since is remembered here. Ids outside the stretch
/// (late ones, random ones) are looked up.
/// </summary>
sealed class RecentIds
{
    const int Most = 1_000_000;
    static readonly TimeSpan Ahead = TimeSpan.FromHours(1);

    readonly HashSet<Guid> known = [];
    Guid newest;
    Guid ceiling;
    DateTimeOffset startAgain;

    /// <summary>Whether the stretch must be laid anew, because time has moved on or too much is remembered.</summary>
    public bool IsOver(DateTimeOffset time) => time >= startAgain || known.Count > Most;

    /// <summary>The end of the stretch that starts at a time.</summary>
    public static Guid CeilingFor(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, (time + Ahead).ToUnixTimeMilliseconds() << 16);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Lays the stretch anew.</summary>
    /// <param name="newestInJournal">The newest id of the journal below <see cref="CeilingFor"/> the time; all zeros where there is none.</param>
    /// <param name="time">Now, by the journal's clock.</param>
    public void Start(Guid newestInJournal, DateTimeOffset time)
    {
        known.Clear();
        newest = newestInJournal;
        ceiling = CeilingFor(time);
        startAgain = time + (Ahead / 2);
    }

    /// <summary>Forgets the stretch: everything is looked up until it is laid anew.</summary>
    public void Forget() => startAgain = DateTimeOffset.MinValue;

    /// <summary>Whether the journal certainly has nothing under the id.</summary>
    public bool IsNew(Guid id) => id.CompareTo(newest) > 0 && id.CompareTo(ceiling) < 0 && !known.Contains(id);

    /// <summary>Remembers an id that the journal has from now on.</summary>
    public void Add(Guid id)
    {
        if (id.CompareTo(newest) > 0 && id.CompareTo(ceiling) < 0)
            known.Add(id);
    }
}
