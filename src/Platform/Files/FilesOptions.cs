using Microsoft.Extensions.Configuration;

namespace Hazina.Platform.Files;

/// <summary>Where and how files are kept. Bound from the section <c>Files</c> of the settings.</summary>
public sealed class FilesOptions
{
    /// <summary>A folder for them alone, which all servers of a database share. Not said: <c>files</c> in the data folder.</summary>
    public string? Folder { get; set; }

    /// <summary>The most bytes that a file may have.</summary>
    public long MostBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>The most pixels that an image may have: a small file may unfold to a very large one in whoever looks at it.</summary>
    public long MostPixels { get; set; } = 50_000_000;

    internal bool IsGood => MostBytes > 0 && MostPixels > 0;

    /// <summary>Where they are; null where nothing names a folder.</summary>
    internal string? In(IConfiguration settings) =>
        Folder is { Length: > 0 } named ? Path.GetFullPath(named)
        : settings["data"] is { Length: > 0 } data ? Path.Combine(Path.GetFullPath(data), FileRoom.FolderName)
        : null;
}
