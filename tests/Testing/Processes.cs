using System.Diagnostics;

namespace Hazina.Testing;

/// <summary>The processes of a database: those that work in its folder.</summary>
public static class Processes
{
    /// <summary>Those that work in a folder or below it, the oldest first.</summary>
    public static IReadOnlyList<int> In(string folder) =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0]))
                .Where(process => WorksIn(process, folder))
                .Select(process => int.Parse(Path.GetFileName(process)))
                .Order(),
        ];

    /// <summary>With the one signal that nobody can answer.</summary>
    public static Task KillAllInAsync(string folder) =>
        Eventually.TrueAsync(
            async () =>
            {
                var all = In(folder);
                if (all.Count == 0)
                    return true;
                using var kill = Process.Start("sh", ["-c", $"kill -9 {string.Join(' ', all)} 2>/dev/null"]);
                await kill.WaitForExitAsync();
                return false;
            },
            "the end of all processes of a database"
        );

    static bool WorksIn(string process, string folder)
    {
        var works = new FileInfo(Path.Combine(process, "cwd")).LinkTarget;
        return works == folder || works?.StartsWith(folder + "/", StringComparison.Ordinal) == true;
    }
}
