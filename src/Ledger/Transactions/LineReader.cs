using System.Buffers;
using System.IO.Pipelines;

namespace Hazina.Ledger.Transactions;

/// <summary>Reads lines from a pipe as they come, never holding more than one chunk of them and never more than one longest line.</summary>
sealed class LineReader(PipeReader pipe, int longest)
{
    bool isSkipping;
    bool isOver;

    /// <summary>The line that was given last, or left out.</summary>
    public long Number { get; private set; }

    /// <summary>The lines that have arrived, at least one, at most <paramref name="most"/>; none at the end. Empty ones are counted and left out.</summary>
    public async Task<IReadOnlyList<Line>> Next(int most, CancellationToken cancellation)
    {
        var lines = new List<Line>();
        while (lines.Count == 0 && !isOver)
        {
            var read = await pipe.ReadAsync(cancellation);
            var rest = read.Buffer;
            while (lines.Count < most && Cut(ref rest) is { } line)
                Add(lines, line);

            if (lines.Count < most && rest.Length > longest && !isSkipping)
            {
                lines.Add(new Line(++Number, default, IsTooLong: true));
                isSkipping = true;
            }

            if (isSkipping && lines.Count < most)
                rest = rest.Slice(rest.End); // the rest of a line that was told to be too long
            if (read.IsCompleted && lines.Count < most)
            {
                if (!rest.IsEmpty)
                    Add(lines, rest);
                rest = rest.Slice(rest.End);
                isOver = true;
            }

            // With a full chunk there may be more lines in the buffer, so it must come again without new bytes.
            pipe.AdvanceTo(rest.Start, lines.Count < most ? rest.End : rest.Start);
        }

        return lines;
    }

    static ReadOnlySequence<byte>? Cut(ref ReadOnlySequence<byte> rest)
    {
        if (rest.PositionOf((byte)'\n') is not { } end)
            return null;
        var line = rest.Slice(0, end);
        rest = rest.Slice(rest.GetPosition(1, end));
        return line;
    }

    void Add(List<Line> lines, ReadOnlySequence<byte> line)
    {
        if (isSkipping)
        {
            isSkipping = false;
            return;
        }

        Number++;
        if (line.Length > longest)
            lines.Add(new Line(Number, default, IsTooLong: true));
        else if (!IsBlank(line))
            lines.Add(new Line(Number, line.ToArray(), IsTooLong: false));
    }

    static bool IsBlank(ReadOnlySequence<byte> line)
    {
        foreach (var part in line)
        {
            if (part.Span.ContainsAnyExcept(" \t\r"u8))
                return false;
        }

        return true;
    }
}

/// <summary>A line of a stream.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Text">Without its end; nothing where it is too long.</param>
readonly record struct Line(long Number, ReadOnlyMemory<byte> Text, bool IsTooLong);
