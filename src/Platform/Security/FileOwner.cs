using System.Runtime.InteropServices;

namespace Hazina.Platform.Security;

/// <summary>Whose a file is: what a secret is worth that somebody else can read, or put another in the place of.</summary>
static class FileOwner
{
    const int CurrentFolder = -100,
        OwnerMask = 0x8,
        OwnerAt = 20,
        Bytes = 256;

    const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    /// <summary>Why a file cannot be trusted with a secret; null where it can.</summary>
    /// <remarks>
    /// Its owner is who runs this, or root, who could be anybody; where root runs it, whoever the folder belongs to, as who runs the service from day to day.
    /// The group may read: that is how a secret is given to a container.
    /// </remarks>
    public static string? Fault(string file)
    {
        if (OperatingSystem.IsWindows())
            return null;
        if ((File.GetUnixFileMode(file) & Others) != UnixFileMode.None)
            return $"{file} holds secrets, but others than its owner can read or change it: chmod 600 it, and change the keys if somebody else was there.";
        if (!OperatingSystem.IsLinux() || OwnerOf(file) is not { } owner || owner == 0)
            return null;
        var me = EffectiveUser();
        return owner == me || (me == 0 && owner == OwnerOf(Path.GetDirectoryName(file)!))
            ? null
            : $"{file} holds secrets, but belongs to another user ({owner}) than the one who runs this ({me}).";
    }

    /// <summary>By statx(2), which is the same on every processor; null where that is not to be had.</summary>
    static uint? OwnerOf(string path)
    {
        var found = new byte[Bytes];
        try
        {
            return Status(CurrentFolder, path, 0, OwnerMask, found) == 0 ? BitConverter.ToUInt32(found, OwnerAt) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    static extern int Status(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, [Out] byte[] found);

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    static extern uint EffectiveUser();
}
