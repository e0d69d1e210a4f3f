namespace Hazina.Platform.Postgres.Embedded;

/// <summary>The server's own log, beside the cluster: <c>log</c>, and the one before it as <c>log.1</c>.</summary>
static class ServerLog
{
    const int Largest = 10 * 1024 * 1024;

    public static void Rotate(string log)
    {
        if (new FileInfo(log) is { Exists: true, Length: > Largest })
        {
            File.Move(log, log + ".1", overwrite: true);
        }
    }

    /// <summary>The last thing in the log that tells why the server has ended.</summary>
    public static string Complaint(string log)
    {
        try
        {
            using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Seek(-Math.Min(stream.Length, 16 * 1024), SeekOrigin.End);
            using var reader = new StreamReader(stream);
            var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var told =
                lines.LastOrDefault(line =>
                    line.Contains("FATAL:", StringComparison.Ordinal) || line.Contains("PANIC:", StringComparison.Ordinal)
                ) ?? lines.LastOrDefault();
            return $"{told ?? "it says nothing"} (more in {log})";
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }
}
