using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Canonical;

/// <summary>
/// The tree over a batch: leaves and nodes are hashed under different prefixes, a node has up to 16 children, and an only child goes up as
/// it is. A leaf is a whole transaction (its rows, then its details), a refusal or a bulk, in this order. Sixteen, because a hash of few
/// bytes costs nearly as much as one of many, and two would double the cost of every row.
/// </summary>
sealed class Merkle
{
    public const int Children = 16;

    const int HashSize = SHA256.HashSizeInBytes;
    const byte LeafPrefix = 0;
    const byte NodePrefix = 1;
    const byte HeaderPrefix = 2;

    /// <summary>Longer messages are hashed by themselves: among short ones they would keep seven lanes idle.</summary>
    const int LongestInLane = 1_024;

    readonly int[] starts = new int[Sha256Lanes.Lanes + 1];
    readonly int[] lengths = new int[Sha256Lanes.Lanes];
    readonly int[] places = new int[Sha256Lanes.Lanes];
    byte[] messages = new byte[16 * 1_024]; // those that wait for a lane, and the one that is being written
    byte[] leaves = new byte[64 * HashSize];
    int waiting;
    int end;

    public int Count { get; private set; }

    /// <summary>The hash of a leaf.</summary>
    public ReadOnlySpan<byte> Leaf(int index)
    {
        HashWaiting();
        return leaves.AsSpan(index * HashSize, HashSize);
    }

    /// <summary>Starts over, for the next batch.</summary>
    public void Clear() => (Count, waiting, end) = (0, 0, 0);

    public void AddTransaction(ReadOnlySpan<JournalRow> rows, ReadOnlySpan<byte> details)
    {
        Begin('T');
        foreach (ref readonly var row in rows)
            end += RowBytes.Write(Room(RowBytes.LongestOf(row)), row);
        Append(details);
        End();
    }

    public void AddRefusal(Guid id, ReadOnlySpan<byte> content, string code, string? field)
    {
        Begin('R');
        RowBytes.Id(Room(16), id);
        end += 16;
        Append(content);
        Append(Encoding.UTF8.GetBytes(code));
        Append(Encoding.UTF8.GetBytes(field ?? ""));
        End();
    }

    public void AddBulk(Guid id, ReadOnlySpan<byte> content, long firstRow)
    {
        Begin('B');
        RowBytes.Id(Room(16), id);
        end += 16;
        Append(content);
        BinaryPrimitives.WriteInt64BigEndian(Room(8), firstRow);
        end += 8;
        End();
    }

    public byte[] Root()
    {
        if (Count == 0)
            return SHA256.HashData([]);
        var level = Level();
        for (var count = Count; count > 1; )
            count = Up(level, count);
        return level[..HashSize];
    }

    /// <summary>What has to be hashed with the leaf at <paramref name="index"/>, from the bottom up, to arrive at the root.</summary>
    public IReadOnlyList<PathStep> Path(int index)
    {
        var path = new List<PathStep>();
        var level = Level();
        for (var count = Count; count > 1; count = Up(level, count), index /= Children)
        {
            var first = index / Children * Children;
            var size = Math.Min(Children, count - first);
            if (size == 1)
                continue;
            var siblings = new List<byte[]>(size - 1);
            for (var i = first; i < first + size; i++)
            {
                if (i != index)
                    siblings.Add(level[(i * HashSize)..((i + 1) * HashSize)]);
            }

            path.Add(new PathStep(index - first, siblings));
        }

        return path;
    }

    /// <summary>The root that a leaf and its path lead to.</summary>
    public static byte[] Climb(byte[] leaf, IEnumerable<PathStep> path)
    {
        Span<byte> node = stackalloc byte[1 + (Children * HashSize)];
        foreach (var step in path)
        {
            if (
                step.Siblings.Count is 0 or >= Children
                || step.Place < 0
                || step.Place > step.Siblings.Count
                || step.Siblings.Any(s => s.Length != HashSize)
            )
                throw new FormatException("A step of the path is not one of this tree.");
            node[0] = NodePrefix;
            var size = step.Siblings.Count + 1;
            for (var i = 0; i < size; i++)
                (i == step.Place ? leaf : step.Siblings[i < step.Place ? i : i - 1]).CopyTo(node[(1 + (i * HashSize))..]);
            leaf = SHA256.HashData(node[..(1 + (size * HashSize))]);
        }

        return leaf;
    }

    /// <summary>The hash that the next batch names as its previous one.</summary>
    public static byte[] HeaderHash(in BatchHeader header, ReadOnlySpan<byte> previous, ReadOnlySpan<byte> root) =>
        HeaderHash(HeaderBytes(header), previous, root);

    /// <summary>The same, of a header's canonical bytes.</summary>
    public static byte[] HeaderHash(ReadOnlySpan<byte> header, ReadOnlySpan<byte> previous, ReadOnlySpan<byte> root)
    {
        Span<byte> bytes = stackalloc byte[1 + header.Length + previous.Length + root.Length];
        bytes[0] = HeaderPrefix;
        header.CopyTo(bytes[1..]);
        previous.CopyTo(bytes[(1 + header.Length)..]);
        root.CopyTo(bytes[(1 + header.Length + previous.Length)..]);
        return SHA256.HashData(bytes);
    }

    /// <summary>What a batch says of itself, without its prefix, the hash before it and its root.</summary>
    public static byte[] HeaderBytes(in BatchHeader header)
    {
        var bytes = new byte[80 + (3 * header.Node.Length)];
        BinaryPrimitives.WriteInt16BigEndian(bytes, header.Format);
        var at = 2;
        RowBytes.Long(bytes, ref at, header.Number);
        RowBytes.Long(bytes, ref at, header.FirstRow);
        RowBytes.Long(bytes, ref at, header.LastRow);
        RowBytes.Int(bytes, ref at, header.Transactions);
        RowBytes.Int(bytes, ref at, header.Refusals);
        RowBytes.Int(bytes, ref at, header.Bulks);
        RowBytes.Text(bytes, ref at, header.Node);
        RowBytes.Id(bytes, ref at, header.Attempt);
        RowBytes.Long(bytes, ref at, RowBytes.Microseconds(header.RecordedAt));
        return bytes[..at];
    }

    /// <summary>Hashes a level into the one above, in place; how many that has.</summary>
    static int Up(byte[] level, int count)
    {
        Span<byte> node = stackalloc byte[1 + (Children * HashSize)];
        node[0] = NodePrefix;
        var up = 0;
        for (var first = 0; first < count; first += Children, up++)
        {
            var size = Math.Min(Children, count - first);
            var children = level.AsSpan(first * HashSize, size * HashSize);
            var to = level.AsSpan(up * HashSize, HashSize);
            if (size == 1)
            {
                children.CopyTo(to);
                continue;
            }

            children.CopyTo(node[1..]);
            SHA256.HashData(node[..(1 + children.Length)], to);
        }

        return up;
    }

    byte[] Level()
    {
        HashWaiting();
        return leaves[..(Count * HashSize)];
    }

    void Begin(char type)
    {
        end = starts[waiting];
        var span = Room(2);
        span[0] = LeafPrefix;
        span[1] = (byte)type;
        end += 2;
    }

    void Append(ReadOnlySpan<byte> bytes)
    {
        var span = Room(4 + bytes.Length);
        BinaryPrimitives.WriteInt32BigEndian(span, bytes.Length);
        bytes.CopyTo(span[4..]);
        end += 4 + bytes.Length;
    }

    void End()
    {
        var length = end - starts[waiting];
        if ((Count + 1) * HashSize > leaves.Length)
            Array.Resize(ref leaves, leaves.Length * 2);
        var place = Count++;
        if (!Sha256Lanes.IsSupported || length > LongestInLane)
        {
            SHA256.HashData(messages.AsSpan(starts[waiting], length), leaves.AsSpan(place * HashSize, HashSize));
            return;
        }

        var padded = Sha256Lanes.PaddedLength(length);
        Sha256Lanes.Pad(messages.AsSpan(starts[waiting]), length);
        (lengths[waiting], places[waiting]) = (length, place);
        starts[waiting + 1] = starts[waiting] + padded;
        if (++waiting == Sha256Lanes.Lanes)
            HashWaiting();
    }

    void HashWaiting()
    {
        if (waiting == Sha256Lanes.Lanes)
        {
            Span<byte> hashes = stackalloc byte[Sha256Lanes.Lanes * HashSize];
            Sha256Lanes.Hash(messages, starts, hashes);
            for (var lane = 0; lane < waiting; lane++)
                hashes.Slice(lane * HashSize, HashSize).CopyTo(leaves.AsSpan(places[lane] * HashSize));
        }
        else
        {
            for (var i = 0; i < waiting; i++)
                SHA256.HashData(messages.AsSpan(starts[i], lengths[i]), leaves.AsSpan(places[i] * HashSize, HashSize));
        }

        waiting = 0;
    }

    /// <summary>Space to write so many bytes, and the padding behind them.</summary>
    Span<byte> Room(int size)
    {
        const int Padding = 2 * Sha256Lanes.Block;
        if (end + size + Padding > messages.Length)
            Array.Resize(ref messages, Math.Max(messages.Length * 2, end + size + Padding));
        return messages.AsSpan(end);
    }
}

/// <summary>One step up a tree.</summary>
/// <param name="Place">The place of the hash that is climbing among its node's children.</param>
/// <param name="Siblings">The other children, in order.</param>
readonly record struct PathStep(int Place, IReadOnlyList<byte[]> Siblings);

/// <summary>What a batch says of itself, under its hash.</summary>
readonly record struct BatchHeader(
    short Format,
    long Number,
    long FirstRow,
    long LastRow,
    int Transactions,
    int Refusals,
    int Bulks,
    string Node,
    Guid Attempt,
    DateTimeOffset RecordedAt
);
