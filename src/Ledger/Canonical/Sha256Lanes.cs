using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Hazina.Ledger.Canonical;

/// <summary>
/// SHA-256 (FIPS 180-4) of eight short messages at once, one in each lane of the vectors. A row has two or three blocks: hashed one by one, the calls alone
/// cost as much as the hashing. Where the processor has no such vectors, the platform's own hash is used; the tests compare the two.
/// </summary>
static class Sha256Lanes
{
    public const int Lanes = 8;

    /// <summary>Bytes of a block.</summary>
    public const int Block = 64;

    const int Words = 16;
    const int Rounds = 64;

    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>Pads a message to whole blocks, as it is hashed.</summary>
    /// <param name="message">The message, with room for <see cref="PaddedLength"/> behind it.</param>
    /// <param name="length">Its own length.</param>
    public static void Pad(Span<byte> message, int length)
    {
        var padded = PaddedLength(length);
        message[length] = 0x80;
        message[(length + 1)..(padded - 8)].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(message[(padded - 8)..], (ulong)length * 8);
    }

    public static int PaddedLength(int length) => (length + 9 + Block - 1) / Block * Block;

    /// <summary>Hashes eight padded messages.</summary>
    /// <param name="messages">Where they are.</param>
    /// <param name="starts">Where each begins; the last number is where the last one ends.</param>
    /// <param name="hashes">32 bytes for each, in order.</param>
    public static void Hash(ReadOnlySpan<byte> messages, ReadOnlySpan<int> starts, Span<byte> hashes)
    {
        if (starts.Length != Lanes + 1 || starts[Lanes] > messages.Length || hashes.Length < Lanes * SHA256.HashSizeInBytes)
            throw new ArgumentException("Eight messages are hashed at once.", nameof(starts));
        Span<Vector256<uint>> state = stackalloc Vector256<uint>[8];
        Span<Vector256<uint>> words = stackalloc Vector256<uint>[Words];
        Span<int> at = stackalloc int[Lanes];
        for (var i = 0; i < state.Length; i++)
            state[i] = Vector256.Create(Start[i]);
        for (var block = 0; ; block++)
        {
            var isLast = true;
            for (var lane = 0; lane < Lanes; lane++)
            {
                var (from, to) = (starts[lane], starts[lane + 1]);
                // A lane whose message is at an end goes round on its last block; nobody looks at it any more.
                at[lane] = Math.Min(from + (block * Block), to - Block);
                isLast &= to - from <= (block + 1) * Block;
            }

            Load(messages, at, words);
            Compress(state, words);
            for (var lane = 0; lane < Lanes; lane++)
            {
                if (starts[lane + 1] - starts[lane] == (block + 1) * Block)
                    Store(state, lane, hashes.Slice(lane * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes));
            }

            if (isLast)
                return;
        }
    }

    static void Store(ReadOnlySpan<Vector256<uint>> state, int lane, Span<byte> hash)
    {
        for (var i = 0; i < state.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(hash[(4 * i)..], state[i].GetElement(lane));
    }

    /// <summary>The sixteen words of a block of each lane, word by word instead of lane by lane.</summary>
    static void Load(ReadOnlySpan<byte> messages, ReadOnlySpan<int> at, Span<Vector256<uint>> words)
    {
        Span<Vector256<uint>> lanes = stackalloc Vector256<uint>[Lanes];
        for (var half = 0; half < 2; half++)
        {
            for (var lane = 0; lane < Lanes; lane++)
            {
                var bytes = Vector256.Create(messages.Slice(at[lane] + (32 * half), 32));
                lanes[lane] = Avx2.Shuffle(bytes, BigEndian).AsUInt32();
            }

            Transpose(lanes, words.Slice(8 * half, 8));
        }
    }

    static void Transpose(ReadOnlySpan<Vector256<uint>> lanes, Span<Vector256<uint>> words)
    {
        var (a, b) = Pairs(lanes[0], lanes[1], lanes[2], lanes[3]);
        var (c, d) = Pairs(lanes[4], lanes[5], lanes[6], lanes[7]);
        words[0] = Avx2.Permute2x128(a.Low, c.Low, 0x20);
        words[1] = Avx2.Permute2x128(a.High, c.High, 0x20);
        words[2] = Avx2.Permute2x128(b.Low, d.Low, 0x20);
        words[3] = Avx2.Permute2x128(b.High, d.High, 0x20);
        words[4] = Avx2.Permute2x128(a.Low, c.Low, 0x31);
        words[5] = Avx2.Permute2x128(a.High, c.High, 0x31);
        words[6] = Avx2.Permute2x128(b.Low, d.Low, 0x31);
        words[7] = Avx2.Permute2x128(b.High, d.High, 0x31);
    }

    /// <summary>Words 0 and 4, 1 and 5 of four lanes, then 2 and 6, 3 and 7.</summary>
    static ((Vector256<uint> Low, Vector256<uint> High) First, (Vector256<uint> Low, Vector256<uint> High) Second) Pairs(
        Vector256<uint> lane0,
        Vector256<uint> lane1,
        Vector256<uint> lane2,
        Vector256<uint> lane3
    )
    {
        var (low01, high01) = (Avx2.UnpackLow(lane0, lane1).AsUInt64(), Avx2.UnpackHigh(lane0, lane1).AsUInt64());
        var (low23, high23) = (Avx2.UnpackLow(lane2, lane3).AsUInt64(), Avx2.UnpackHigh(lane2, lane3).AsUInt64());
        return (
            (Avx2.UnpackLow(low01, low23).AsUInt32(), Avx2.UnpackHigh(low01, low23).AsUInt32()),
            (Avx2.UnpackLow(high01, high23).AsUInt32(), Avx2.UnpackHigh(high01, high23).AsUInt32())
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Compress(Span<Vector256<uint>> state, Span<Vector256<uint>> words)
    {
        ref var s = ref MemoryMarshal.GetReference(state);
        ref var w = ref MemoryMarshal.GetReference(words);
        ref var k = ref MemoryMarshal.GetReference(Constants);
        var (a, b, c, d) = (s, Unsafe.Add(ref s, 1), Unsafe.Add(ref s, 2), Unsafe.Add(ref s, 3));
        var (e, f, g, h) = (Unsafe.Add(ref s, 4), Unsafe.Add(ref s, 5), Unsafe.Add(ref s, 6), Unsafe.Add(ref s, 7));
        for (var t = 0; t < Rounds; t++)
        {
            ref var word = ref Unsafe.Add(ref w, t & 15);
            if (t >= Words)
                word +=
                    Small1(Unsafe.Add(ref w, (t - 2) & 15)) + Unsafe.Add(ref w, (t - 7) & 15) + Small0(Unsafe.Add(ref w, (t - 15) & 15));
            var first = h + Large1(e) + Vector256.ConditionalSelect(e, f, g) + Vector256.Create(Unsafe.Add(ref k, t)) + word;
            var second = Large0(a) + Vector256.ConditionalSelect(a ^ b, c, b);
            (h, g, f, e) = (g, f, e, d + first);
            (d, c, b, a) = (c, b, a, first + second);
        }

        s += a;
        Unsafe.Add(ref s, 1) += b;
        Unsafe.Add(ref s, 2) += c;
        Unsafe.Add(ref s, 3) += d;
        Unsafe.Add(ref s, 4) += e;
        Unsafe.Add(ref s, 5) += f;
        Unsafe.Add(ref s, 6) += g;
        Unsafe.Add(ref s, 7) += h;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<uint> Large0(Vector256<uint> x) => Right(x, 2) ^ Right(x, 13) ^ Right(x, 22);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<uint> Large1(Vector256<uint> x) => Right(x, 6) ^ Right(x, 11) ^ Right(x, 25);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<uint> Small0(Vector256<uint> x) => Right(x, 7) ^ Right(x, 18) ^ (x >>> 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<uint> Small1(Vector256<uint> x) => Right(x, 17) ^ Right(x, 19) ^ (x >>> 10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<uint> Right(Vector256<uint> x, [ConstantExpected] byte by) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(x, by) : (x >>> by) | (x << (32 - by));

    static readonly Vector256<byte> BigEndian = Vector256.Create(
        (byte)3,
        2,
        1,
        0,
        7,
        6,
        5,
        4,
        11,
        10,
        9,
        8,
        15,
        14,
        13,
        12,
        3,
        2,
        1,
        0,
        7,
        6,
        5,
        4,
        11,
        10,
        9,
        8,
        15,
        14,
        13,
        12
    );

    /// <summary>The first 32 bits of the fractional parts of the square roots of the first 8 primes.</summary>
    static ReadOnlySpan<uint> Start => [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    /// <summary>The first 32 bits of the fractional parts of the cube roots of the first 64 primes.</summary>
    static ReadOnlySpan<uint> Constants =>
        [
            0x428a2f98,
            0x71374491,
            0xb5c0fbcf,
            0xe9b5dba5,
            0x3956c25b,
            0x59f111f1,
            0x923f82a4,
            0xab1c5ed5,
            0xd807aa98,
            0x12835b01,
            0x243185be,
            0x550c7dc3,
            0x72be5d74,
            0x80deb1fe,
            0x9bdc06a7,
            0xc19bf174,
            0xe49b69c1,
            0xefbe4786,
            0x0fc19dc6,
            0x240ca1cc,
            0x2de92c6f,
            0x4a7484aa,
            0x5cb0a9dc,
            0x76f988da,
            0x983e5152,
            0xa831c66d,
            0xb00327c8,
            0xbf597fc7,
            0xc6e00bf3,
            0xd5a79147,
            0x06ca6351,
            0x14292967,
            0x27b70a85,
            0x2e1b2138,
            0x4d2c6dfc,
            0x53380d13,
            0x650a7354,
            0x766a0abb,
            0x81c2c92e,
            0x92722c85,
            0xa2bfe8a1,
            0xa81a664b,
            0xc24b8b70,
            0xc76c51a3,
            0xd192e819,
            0xd6990624,
            0xf40e3585,
            0x106aa070,
            0x19a4c116,
            0x1e376c08,
            0x2748774c,
            0x34b0bcb5,
            0x391c0cb3,
            0x4ed8aa4a,
            0x5b9cca4f,
            0x682e6ff3,
            0x748f82ee,
            0x78a5636f,
            0x84c87814,
            0x8cc70208,
            0x90befffa,
            0xa4506ceb,
            0xbef9a3f7,
            0xc67178f2,
        ];
}
