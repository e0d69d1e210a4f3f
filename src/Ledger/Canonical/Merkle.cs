using System.Buffers;
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

    readonly ArrayBufferWriter<byte> buffer = new(4096);
    readonly ArrayBufferWriter<byte> leaves = new(64 * HashSize);

    public int Count => leaves.WrittenCount / HashSize;

    /// <summary>The hash of a leaf.</summary>
    public ReadOnlySpan<byte> Leaf(int index) => leaves.WrittenSpan.Slice(index * HashSize, HashSize);

    /// <summary>Starts over, for the next batch.</summary>
    public void Clear() => leaves.ResetWrittenCount();

    public void AddTransaction(ReadOnlySpan<JournalRow> rows, ReadOnlySpan<byte> details)
    {
        Begin('T');
        foreach (ref readonly var row in rows)
            RowBytes.Write(buffer, row);
        Append(details);
        End();
    }

    public void AddRefusal(Guid id, ReadOnlySpan<byte> content, string code, string? field)
    {
        Begin('R');
        AppendId(id);
        Append(content);
        Append(Encoding.UTF8.GetBytes(code));
        Append(Encoding.UTF8.GetBytes(field ?? ""));
        End();
    }

    public void AddBulk(Guid id, ReadOnlySpan<byte> content, long firstRow)
    {
        Begin('B');
        AppendId(id);
        Append(content);
        var at = 0;
        RowBytes.Long(buffer.GetSpan(8), ref at, firstRow);
        buffer.Advance(at);
        End();
    }

    public byte[] Root()
    {
        if (Count == 0)
            return SHA256.HashData([]);
        var level = leaves.WrittenSpan.ToArray();
        for (var count = Count; count > 1;)
            count = Up(level, count);
        return level[..HashSize];
    }

    /// <summary>What has to be hashed with the leaf at <paramref name="index"/>, from the bottom up, to arrive at the root.</summary>
    public IReadOnlyList<PathStep> Path(int index)
    {
        var path = new List<PathStep>();
        var level = leaves.WrittenSpan.ToArray();
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
            if (step.Siblings.Count is 0 or >= Children || step.Place < 0 || step.Place > step.Siblings.Count || step.Siblings.Any(s => s.Length != HashSize))
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
    public static byte[] HeaderHash(in BatchHeader header, ReadOnlySpan<byte> previous, ReadOnlySpan<byte> root)
    {
        Span<byte> bytes = stackalloc byte[512];
        var at = 0;
        bytes[at++] = HeaderPrefix;
        BinaryPrimitives.WriteInt16BigEndian(bytes[at..], header.Format);
        at += 2;
        RowBytes.Long(bytes, ref at, header.Number);
        RowBytes.Long(bytes, ref at, header.FirstRow);
        RowBytes.Long(bytes, ref at, header.LastRow);
        RowBytes.Int(bytes, ref at, header.Transactions);
        RowBytes.Int(bytes, ref at, header.Refusals);
        RowBytes.Int(bytes, ref at, header.Bulks);
        RowBytes.Text(bytes, ref at, header.Node);
        RowBytes.Id(bytes, ref at, header.Attempt);
        RowBytes.Long(bytes, ref at, RowBytes.Microseconds(header.RecordedAt));
        previous.CopyTo(bytes[at..]);
        at += previous.Length;
        root.CopyTo(bytes[at..]);
        at += root.Length;
        return SHA256.HashData(bytes[..at]);
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

    void Begin(char type)
    {
        buffer.ResetWrittenCount();
        var span = buffer.GetSpan(2);
        span[0] = LeafPrefix;
        span[1] = (byte)type;
        buffer.Advance(2);
    }

    void AppendId(Guid id)
    {
        var at = 0;
        RowBytes.Id(buffer.GetSpan(16), ref at, id);
        buffer.Advance(at);
    }

    void Append(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        var span = buffer.GetSpan(4 + bytes.Length);
        RowBytes.Int(span, ref at, bytes.Length);
        bytes.CopyTo(span[at..]);
        buffer.Advance(at + bytes.Length);
    }

    void End()
    {
        SHA256.HashData(buffer.WrittenSpan, leaves.GetSpan(HashSize));
        leaves.Advance(HashSize);
    }
}

/// <summary>One step up a tree.</summary>
/// <param name="Place">The place of the hash that is climbing among its node's children.</param>
/// <param name="Siblings">The other children, in order.</param>
readonly record struct PathStep(int Place, IReadOnlyList<byte[]> Siblings);

/// <summary>What a batch says of itself, under its hash.</summary>
readonly record struct BatchHeader(
    short Format, long Number, long FirstRow, long LastRow, int Transactions, int Refusals, int Bulks, string Node, Guid Attempt,
    DateTimeOffset RecordedAt);
