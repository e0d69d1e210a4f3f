using System.Security.Cryptography;
using System.Text;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Proof.Heads;

namespace Hazina.Ledger.Tests.Proof;

/// <summary>Bytes and hashes that are in journals for ever. When one of these fails, the code is wrong.</summary>
public sealed class FormatTests
{
    static readonly JournalRow Leg = new()
    {
        Seq = 12,
        Kind = RowKind.Leg,
        TransactionId = new Guid("0198f0a2-8d2f-7e74-8b66-1d8c2a1f3b22"),
        Leg = 0,
        Legs = 2,
        BusinessKind = "payment",
        Debit = 1,
        Credit = 2,
        Amount = 12.50m,
        DebitAfter = 100m,
        CreditAfter = -112.50m,
        DebitPrevious = 3,
        CreditPrevious = 11,
        RecordedAt = DateTimeOffset.UnixEpoch.AddDays(20_000),
    };

    static readonly JournalRow Hold = Leg with
    {
        Seq = 13,
        Kind = RowKind.Reserve,
        Leg = 1,
        Credit = 0,
        Amount = 0.00000001m,
        CreditAfter = 0,
        DebitPrevious = 12,
        CreditPrevious = 0,
        Reservation = new Guid("0198f0a2-8d2f-7e74-8b66-1d8c2a1f3b23"),
        HeldAfter = 7,
        EffectiveDate = new DateOnly(2026, 1, 31),
    };

    static readonly BatchHeader Header = new(
        1,
        4,
        12,
        13,
        1,
        1,
        1,
        "node-1",
        new Guid("0198f0a2-8d2f-7e74-8b66-1d8c2a1f3b24"),
        DateTimeOffset.UnixEpoch.AddDays(20_000)
    );

    [Fact]
    public void The_tree_over_a_batch_is_pinned()
    {
        var merkle = Tree(1);
        Assert.Equal("d9b65c2934e99e5b3082bce6640dab4c3e87602ff6893d94428c4bfc8204944c", Convert.ToHexStringLower(merkle.Leaf(0)));
        Assert.Equal("84f9ad787797fb035ff1cb908b9030b901935ba9a7e20570925653b0bdc650a3", Convert.ToHexStringLower(merkle.Leaf(1)));
        Assert.Equal("586bde4b85369a0949e343a5716f86b81aac2d300497ae839debaf5b1b2a4f2a", Convert.ToHexStringLower(merkle.Leaf(2)));
        Assert.Equal("e5806b2093f2286ea52b9ba808578019fba7eb6d086bd8462a503230f8042691", Convert.ToHexStringLower(merkle.Root()));
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Convert.ToHexStringLower(new Merkle().Root()));
        // More than one level, and a last node with an only child.
        Assert.Equal("57bff6667a9c63fb5dc26bd51be067b39f8192e99737e245a8c00981c38eab49", Convert.ToHexStringLower(Tree(273).Root()));
    }

    [Fact]
    public void A_leaf_is_the_hash_of_its_rows_and_details()
    {
        var bytes = new List<byte> { 0, (byte)'T' };
        foreach (var row in (JournalRow[])[Leg, Hold])
        {
            var buffer = new byte[RowBytes.LongestOf(row)];
            bytes.AddRange(buffer[..RowBytes.Write(buffer, row)]);
        }

        byte[] details = Encoding.UTF8.GetBytes("""{"book":"live"}""");
        bytes.AddRange([0, 0, 0, (byte)details.Length, .. details]);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([.. bytes])), Convert.ToHexStringLower(Tree(1).Leaf(0)));
    }

    [Fact]
    public void The_hash_of_a_batch_is_pinned()
    {
        Assert.Equal(
            "00010000000000000004000000000000000c000000000000000d00000001000000010000000100066e6f64652d310198f0a2"
                + "8d2f7e748b661d8c2a1f3b240006239b5a2c0000",
            Convert.ToHexStringLower(Merkle.HeaderBytes(Header))
        );
        var (previous, root) = (SHA256.HashData("previous"u8), SHA256.HashData("root"u8));
        Assert.Equal(
            "7fad8a722e26de7938b3c265b2ca07e048619e427cdee5458dd07ec927993f62",
            Convert.ToHexStringLower(Merkle.HeaderHash(Header, previous, root))
        );
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData([2, .. Merkle.HeaderBytes(Header), .. previous, .. root])),
            Convert.ToHexStringLower(Merkle.HeaderHash(Header, previous, root))
        );
    }

    [Fact]
    public void What_a_signed_head_signs_is_pinned()
    {
        var head = new SignedHead
        {
            Format = 1,
            Ledger = new string('a', 64),
            Batch = 4,
            Hash = new string('b', 64),
            LastRow = 13,
            RecordedAt = "2026-01-31T09:30:00.123456Z",
            SignedAt = "2026-01-31T09:30:05.000000Z",
            Key = "0123456789abcdef",
        };
        Assert.Equal(
            "e246ba10c4f93ffd5a6cee9f828db81bb7bff6fd29eb057ea366a962f9c340d1",
            Convert.ToHexStringLower(SHA256.HashData(head.Signed()))
        );
    }

    [Fact]
    public void Eight_at_once_are_hashed_as_one_by_one()
    {
        Assert.SkipUnless(Sha256Lanes.IsSupported, "This processor has no vectors of 256 bits, so the platform's own hash is used.");
        var random = new Random(5);
        for (var round = 0; round < 500; round++)
        {
            var messages = new byte[Sha256Lanes.Lanes * 1_100];
            random.NextBytes(messages);
            var starts = new int[Sha256Lanes.Lanes + 1];
            var expected = new List<string>();
            for (var lane = 0; lane < Sha256Lanes.Lanes; lane++)
            {
                // Around the ends of blocks, where padding takes one more.
                var length = round < 200 ? round : random.Next(1_024);
                expected.Add(Convert.ToHexStringLower(SHA256.HashData(messages.AsSpan(starts[lane], length))));
                Sha256Lanes.Pad(messages.AsSpan(starts[lane]), length);
                starts[lane + 1] = starts[lane] + Sha256Lanes.PaddedLength(length);
            }

            var hashes = new byte[Sha256Lanes.Lanes * 32];
            Sha256Lanes.Hash(messages, starts, hashes);
            Assert.Equal(expected, hashes.Chunk(32).Select(Convert.ToHexStringLower));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(257)]
    public void Every_leaf_climbs_to_the_root(int transactions)
    {
        var merkle = Tree(transactions);
        var root = Convert.ToHexStringLower(merkle.Root());
        for (var leaf = 0; leaf < merkle.Count; leaf++)
            Assert.Equal(root, Convert.ToHexStringLower(Merkle.Climb(merkle.Leaf(leaf).ToArray(), merkle.Path(leaf))));
        Assert.NotEqual(root, Convert.ToHexStringLower(Merkle.Climb(merkle.Leaf(0).ToArray(), merkle.Path(merkle.Count - 1))));
    }

    internal static string Print() =>
        string.Join(
            '\n',
            [
                Convert.ToHexStringLower(Tree(1).Leaf(0)),
                Convert.ToHexStringLower(Tree(1).Leaf(1)),
                Convert.ToHexStringLower(Tree(1).Leaf(2)),
                Convert.ToHexStringLower(Tree(1).Root()),
                Convert.ToHexStringLower(new Merkle().Root()),
                Convert.ToHexStringLower(Tree(273).Root()),
                Convert.ToHexStringLower(Merkle.HeaderBytes(Header)),
                Convert.ToHexStringLower(Merkle.HeaderHash(Header, SHA256.HashData("previous"u8), SHA256.HashData("root"u8))),
            ]
        );

    static Merkle Tree(int transactions)
    {
        var merkle = new Merkle();
        for (var i = 0; i < transactions; i++)
        {
            // One in ten has long details, which are hashed by themselves among the short ones.
            byte[] details = Encoding.UTF8.GetBytes(
                i % 10 == 9 ? $$"""{"description":"{{new string('x', 2_000)}}"}""" : """{"book":"live"}"""
            );
            merkle.AddTransaction([Leg, Hold], details);
        }

        merkle.AddRefusal(new Guid("0198f0a2-8d2f-7e74-8b66-1d8c2a1f3b25"), "content"u8, "ledger.insufficient_funds", "steps/0/debit");
        merkle.AddBulk(new Guid("0198f0a2-8d2f-7e74-8b66-1d8c2a1f3b26"), SHA256.HashData("bulk"u8), 12);
        return merkle;
    }
}
