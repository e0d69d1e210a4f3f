namespace Hazina.Platform.Postgres.Embedded;

/// <summary>
/// A file that a server is writing, read as long as it was when it was opened: what it grows by is left out, what it shrinks by reads as zeros.
/// Both are put right by the log when the copy is recovered.
/// </summary>
sealed class SteadyFile : Stream
{
    readonly FileStream file;

    public SteadyFile(string path)
    {
        file = new FileStream(
            path,
            new FileStreamOptions
            {
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            }
        );
        Length = file.Length;
    }

    public override long Length { get; }

    public override long Position { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => true; // it knows its length, which is what a tar needs to know

    public override bool CanWrite => false;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = buffer[..(int)Math.Min(buffer.Length, Length - Position)];
        var read = wanted.Length == 0 ? 0 : await file.ReadAsync(wanted, cancellationToken);
        return Advance(read, wanted.Span);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var wanted = buffer[..(int)Math.Min(buffer.Length, Length - Position)];
        return Advance(wanted.Length == 0 ? 0 : file.Read(wanted), wanted);
    }

    int Advance(int read, Span<byte> wanted)
    {
        if (read == 0)
        {
            wanted.Clear();
            read = wanted.Length;
        }

        Position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
