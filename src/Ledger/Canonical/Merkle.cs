using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Canonical;

/// <summary>
/// The tree over a batch, in the shape of RFC 6962: leaves and nodes are hashed under different prefixes, an odd node goes up as it is.
/// A leaf is a whole transaction (its rows, then its details), a refusal or a bulk, in this order.
/// </summary>
sealed class Merkle
{
    const byte LeafPrefix = 0;
    const byte NodePrefix = 1;
    const byte HeaderPrefix = 2;

    readonly ArrayBufferWriter<byte> buffer = new(4096);
    readonly List<byte[]> leaves = [];

    public IReadOnlyList<byte[]> Leaves => leaves;

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

    public byte[] Root() => Root(leaves);

    public static byte[] Root(IReadOnlyList<byte[]> leaves)
    {
        if (leaves.Count == 0)
            return SHA256.HashData([]);
        var level = leaves;
        while (level.Count > 1)
            level = Up(level);
        return level[0];
    }

    /// <summary>What has to be hashed with the leaf at <paramref name="index"/>, from the bottom up, to arrive at the root.</summary>
    public static IReadOnlyList<PathStep> Path(IReadOnlyList<byte[]> leaves, int index)
    {
        var path = new List<PathStep>();
        for (var level = leaves; level.Count > 1; level = Up(level), index /= 2)
        {
            var sibling = index ^ 1;
            if (sibling < level.Count)
                path.Add(new PathStep(level[sibling], IsLeft: sibling < index));
        }

        return path;
    }

    public static byte[] Climb(byte[] leaf, IEnumerable<PathStep> path)
    {
        foreach (var step in path)
            leaf = step.IsLeft ? Node(step.Hash, leaf) : Node(leaf, step.Hash);
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

    static List<byte[]> Up(IReadOnlyList<byte[]> level)
    {
        var up = new List<byte[]>((level.Count + 1) / 2);
        for (var i = 0; i + 1 < level.Count; i += 2)
            up.Add(Node(level[i], level[i + 1]));
        if (level.Count % 2 == 1)
            up.Add(level[^1]);
        return up;
    }

    static byte[] Node(byte[] left, byte[] right)
    {
        Span<byte> bytes = stackalloc byte[65];
        bytes[0] = NodePrefix;
        left.CopyTo(bytes[1..]);
        right.CopyTo(bytes[33..]);
        return SHA256.HashData(bytes);
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

    void End() => leaves.Add(SHA256.HashData(buffer.WrittenSpan));
}

/// <summary>One step up a tree.</summary>
/// <param name="Hash">The sibling.</param>
/// <param name="IsLeft">Whether it stands on the left.</param>
readonly record struct PathStep(byte[] Hash, bool IsLeft);

/// <summary>What a batch says of itself, under its hash.</summary>
readonly record struct BatchHeader(
    short Format, long Number, long FirstRow, long LastRow, int Transactions, int Refusals, int Bulks, string Node, Guid Attempt,
    DateTimeOffset RecordedAt);
