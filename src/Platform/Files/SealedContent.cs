using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Hazina.Platform.Files;

/// <summary>
/// How a file's content lies on the disk: pieces of 64 KiB, each encrypted by AES-256-GCM with the file's own key, so that any length takes little memory.
/// Each piece is bound to the file, to its place in it, and to whether it is the last one: none can be changed, moved, left out or cut off unseen.
/// </summary>
/// <remarks>Four bytes <c>HZF1</c>, then the pieces, each with 16 bytes of tag. A piece's nonce is its number; no key has two files.</remarks>
static class SealedContent
{
    public const int KeyBytes = 32,
        PieceBytes = 64 * 1024,
        TagBytes = 16,
        NonceBytes = 12,
        BoundBytes = 25;

    public static ReadOnlySpan<byte> Mark => "HZF1"u8;

    /// <summary>Encrypts a content of at most so many bytes.</summary>
    /// <returns>How many there were, and their SHA-256; null where there were more, and what was written is worth nothing.</returns>
    public static async Task<(long Size, byte[] Sha256)?> Write(
        Stream plain,
        Stream target,
        byte[] key,
        Guid file,
        long most,
        CancellationToken stop
    )
    {
        using var aes = new AesGcm(key, TagBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (piece, next, stored) = (new byte[PieceBytes], new byte[PieceBytes], new byte[PieceBytes + TagBytes]);
        await target.WriteAsync(Mark.ToArray(), stop);
        var (size, number) = (0L, 0L);
        var length = await plain.ReadAtLeastAsync(piece, PieceBytes, throwOnEndOfStream: false, stop);
        while (true)
        {
            size += length;
            if (size > most)
                return null;
            // Which one is the last one shows when there is none after it.
            var following = length < PieceBytes ? 0 : await plain.ReadAtLeastAsync(next, PieceBytes, throwOnEndOfStream: false, stop);
            hash.AppendData(piece.AsSpan(0, length));
            Seal(aes, piece.AsSpan(0, length), stored, file, number, isLast: following == 0);
            await target.WriteAsync(stored.AsMemory(0, length + TagBytes), stop);
            if (following == 0)
                return (size, hash.GetHashAndReset());
            (piece, next, length) = (next, piece, following);
            number++;
        }
    }

    static void Seal(AesGcm aes, ReadOnlySpan<byte> plain, Span<byte> stored, Guid file, long number, bool isLast)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes],
            bound = stackalloc byte[BoundBytes];
        Bind(nonce, bound, file, number, isLast);
        aes.Encrypt(nonce, plain, stored[..plain.Length], stored.Slice(plain.Length, TagBytes), bound);
    }

    internal static void Bind(Span<byte> nonce, Span<byte> bound, Guid file, long number, bool isLast)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce[4..], number);
        file.TryWriteBytes(bound, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bound[16..], number);
        bound[24] = isLast ? (byte)1 : (byte)0;
    }
}
