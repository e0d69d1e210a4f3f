using System.Text;
using System.Text.Json;

namespace Hazina.Ledger.Proof.Heads;

/// <summary>Signed heads in a file outside of the database, one a line, only ever appended to.</summary>
sealed class WitnessFile(string path)
{
    readonly Lock gate = new();

    public string Path => path;

    /// <summary>Appends a head; on disk when this returns.</summary>
    public void Append(SignedHead head)
    {
        var line = JsonSerializer.Serialize(head, ProofJson.Options);
        lock (gate)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, 1);
            var isTorn = file.Length > 0 && file.Seek(-1, SeekOrigin.End) >= 0 && file.ReadByte() != '\n';
            file.Seek(0, SeekOrigin.End);
            // A line that a crash has torn ends here, so that this one stands by itself.
            file.Write(Encoding.UTF8.GetBytes($"{(isTorn ? "\n" : "")}{line}\n"));
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>The lines in the order of the file.</summary>
    public IEnumerable<WitnessLine> Read()
    {
        if (!File.Exists(path))
            yield break;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file, Encoding.UTF8);
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            if (text.Length > 0)
                yield return new WitnessLine(line, Parse(text), IsTorn: !text.EndsWith('}'));
        }
    }

    /// <summary>The last head in the file; null where there is none.</summary>
    public SignedHead? Last()
    {
        const int Enough = 8_192;
        if (!File.Exists(path))
            return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(-Math.Min(Enough, file.Length), SeekOrigin.End);
        using var reader = new StreamReader(file, Encoding.UTF8);
        return reader
            .ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Reverse()
            .Select(Parse)
            .FirstOrDefault(h => h is not null);
    }

    /// <summary>The first head of a batch or of a later one that a key has signed; null where there is none.</summary>
    /// <remarks>Found by halving: the heads of one ledger stand in their order. Where they do not, it may be a later one than need be.</remarks>
    public SignedHead? FirstFrom(long batch, string key)
    {
        if (!File.Exists(path))
            return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var (low, high) = (0L, file.Length); // the line looked for does not begin before low, and begins before high if at all
        while (high - low > 4_096)
        {
            var middle = low + ((high - low) / 2);
            if (Following(file, middle, skipFirst: true).FirstOrDefault(h => h is not null) is { } head && head.Batch < batch)
                low = middle;
            else
                high = middle;
        }

        return Following(file, low, skipFirst: low > 0).FirstOrDefault(h => h is not null && h.Batch >= batch && h.Key == key);
    }

    static IEnumerable<SignedHead?> Following(FileStream file, long from, bool skipFirst)
    {
        file.Seek(from, SeekOrigin.Begin);
        using var reader = new StreamReader(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        if (skipFirst)
            reader.ReadLine(); // the rest of a line
        while (reader.ReadLine() is { } line)
            yield return Parse(line);
    }

    static SignedHead? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<SignedHead>(line, ProofJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A line of a witness file.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Head">Null where the line is none.</param>
/// <param name="IsTorn">Whether it just ends, as a crash leaves it.</param>
readonly record struct WitnessLine(int Line, SignedHead? Head, bool IsTorn);
