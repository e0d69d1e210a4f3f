using System.Security.Cryptography;

namespace Hazina.Platform.Files;

/// <summary>A file's content as it is read from the disk, decrypted piece by piece.</summary>
/// <remarks>Reading throws a <see cref="CryptographicException"/> where the content is not what was written.</remarks>
sealed class OpenedContent : Stream
{
    readonly Stream stored;
    readonly AesGcm aes;
    readonly Guid file;
    readonly byte[] read = new byte[SealedContent.PieceBytes + SealedContent.TagBytes],
        plain = new byte[SealedContent.PieceBytes];
    long number,
        left;
    int at,
        length;
    bool isBegun;

    /// <param name="stored">As <see cref="SealedContent.Write"/> wrote it; closed with this.</param>
    /// <param name="key">The file's own.</param>
    /// <param name="file">Its id.</param>
    /// <param name="size">Of the content.</param>
    public OpenedContent(Stream stored, byte[] key, Guid file, long size) =>
        (this.stored, aes, this.file, left, Length) = (stored, new AesGcm(key, SealedContent.TagBytes), file, size, size);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || (at == length && !await Next(cancellationToken)))
            return 0;
        var count = Math.Min(buffer.Length, length - at);
        plain.AsMemory(at, count).CopyTo(buffer);
        at += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read asynchronously.");

    /// <summary>The next piece; false where there is none.</summary>
    async Task<bool> Next(CancellationToken stop)
    {
        if (!isBegun)
        {
            isBegun = true;
            var mark = new byte[SealedContent.Mark.Length];
            if (
                await stored.ReadAtLeastAsync(mark, mark.Length, throwOnEndOfStream: false, stop) < mark.Length
                || !SealedContent.Mark.SequenceEqual(mark)
            )
                throw new CryptographicException("This is no file of Hazina.");
        }
        else if (left == 0)
        {
            return false;
        }

        var count = (int)Math.Min(left, SealedContent.PieceBytes);
        left -= count;
        if (
            await stored.ReadAtLeastAsync(read.AsMemory(0, count + SealedContent.TagBytes), count + SealedContent.TagBytes, false, stop)
            < count + SealedContent.TagBytes
        )
            throw new CryptographicException($"The file {file} was cut off.");
        Open(count, isLast: left == 0);
        (at, length) = (0, count);
        number++;
        return count > 0;
    }

    void Open(int count, bool isLast)
    {
        Span<byte> nonce = stackalloc byte[SealedContent.NonceBytes],
            bound = stackalloc byte[SealedContent.BoundBytes];
        SealedContent.Bind(nonce, bound, file, number, isLast);
        aes.Decrypt(nonce, read.AsSpan(0, count), read.AsSpan(count, SealedContent.TagBytes), plain.AsSpan(0, count), bound);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stored.Dispose();
            aes.Dispose();
        }

        base.Dispose(disposing);
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
