namespace Hazina.Testing;

/// <summary>A folder for one test or one process, deleted with it. What a killed run has left is deleted by the next.</summary>
public sealed class TemporaryFolder : IDisposable
{
    const string Prefix = "hazina-tests-";

    static readonly Lazy<bool> Swept = new(Sweep);

    public TemporaryFolder()
    {
        _ = Swept.Value;
        Path = Directory.CreateTempSubdirectory($"{Prefix}{Environment.ProcessId}-").FullName;
        // As root a database server runs as another user, who must be able to come through.
        File.SetUnixFileMode(Path, File.GetUnixFileMode(Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    public string Path { get; }

    public string Inside(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // The database of a process that was killed has written a last file meanwhile; the next run sweeps it.
        }
    }

    static bool Sweep()
    {
        foreach (var folder in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            var owner = System.IO.Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (!Directory.Exists($"/proc/{owner}"))
            {
                try
                {
                    Directory.Delete(folder, recursive: true);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Another user's, or another run is sweeping it right now.
                }
            }
        }

        return true;
    }
}
