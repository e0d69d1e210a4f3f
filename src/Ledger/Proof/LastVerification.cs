using System.Text.Json;
using Hazina.Ledger.Proof.Heads;

namespace Hazina.Ledger.Proof;

/// <summary>What the last verification found, for whoever asks later.</summary>
/// <param name="At">When it ended, UTC.</param>
/// <param name="Whole">Whether everything held.</param>
/// <param name="Found">How many things were broken.</param>
/// <param name="Batch">Up to which batch it went.</param>
/// <param name="Hash">That batch's hash.</param>
/// <param name="Rows">How many rows it replayed.</param>
/// <param name="Witnessed">How many witnessed heads it compared.</param>
sealed record LastVerification(DateTimeOffset At, bool Whole, int Found, long Batch, string Hash, long Rows, long Witnessed)
{
    /// <summary>Null where there was none, or where nobody can tell.</summary>
    public static LastVerification? Read(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<LastVerification>(File.ReadAllText(file), ProofJson.Options) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static void Write(string file, VerifyReport report)
    {
        var now = TimeProvider.System.GetUtcNow();
        var last = new LastVerification(now, report.IsWhole, report.Found, report.Head, report.HeadHash, report.Rows, report.Witnessed);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var fresh = $"{file}.{Environment.ProcessId}";
            File.WriteAllText(fresh, JsonSerializer.Serialize(last, ProofJson.Options) + "\n");
            File.Move(fresh, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is a note; whoever may only read can verify all the same.
        }
    }
}
