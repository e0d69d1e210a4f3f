using System.IO.Pipelines;
using System.Text;
using Hazina.Ledger.Transactions;

namespace Hazina.Ledger.Tests.Api;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1_000)]
    public async Task Lines_are_the_same_however_the_bytes_arrive(int at)
    {
        var text = "one\ntwo\n\n  \n" + new string('x', 40) + "\nthree\r\n" + new string('y', 100) + "\nlast";
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 64, resumeWriterThreshold: 32));
        var writing = Task.Run(async () =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            for (var i = 0; i < bytes.Length; i += at)
                await pipe.Writer.WriteAsync(bytes.AsMemory(i, Math.Min(at, bytes.Length - i)));
            await pipe.Writer.CompleteAsync();
        });

        var reader = new LineReader(pipe.Reader, longest: 40);
        var lines = new List<Line>();
        while (await reader.Next(most: 2, CancellationToken.None) is { Count: > 0 } some)
        {
            Assert.InRange(some.Count, 1, 2);
            lines.AddRange(some);
        }

        await writing;
        Assert.Equal([1L, 2, 5, 6, 7, 8], lines.Select(l => l.Number));
        Assert.Equal(["one", "two", new string('x', 40), "three\r", "", "last"], lines.Select(l => Encoding.UTF8.GetString(l.Text.Span)));
        Assert.Equal([false, false, false, false, true, false], lines.Select(l => l.IsTooLong));
    }
}
