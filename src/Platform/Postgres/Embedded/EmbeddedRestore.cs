using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace Hazina.Platform.Postgres.Embedded;

/// <summary>Brings a backup back into a data folder that has no database.</summary>
public static class EmbeddedRestore
{
    const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        PrivateFolder = PrivateFile | UnixFileMode.UserExecute;

    /// <summary>Unpacks, recovers and checks. The backup is kept beside its place until it is whole, so a restore that is cut short can be repeated.</summary>
    /// <param name="options">The data folder.</param>
    /// <param name="file">A backup by <see cref="EmbeddedBackup"/>.</param>
    /// <param name="check">Proves the recovered database, given its connection string; what it throws is the result.</param>
    /// <param name="ct">Ends it early.</param>
    /// <exception cref="EmbeddedPostgresException">
    /// The file is no whole backup, or the data folder holds a database, or PostgreSQL is of another major version.
    /// </exception>
    public static async Task<BackupSummary> RunAsync(
        EmbeddedPostgresOptions options,
        string file,
        Func<string, CancellationToken, Task> check,
        CancellationToken ct
    )
    {
        var summary = await UnpackAsync(options, file, ct);
        options.Progress?.Invoke("Recovering");
        await using var postgres = await EmbeddedPostgres.StartAsync(options, ct);
        await check(postgres.ConnectionString, ct);
        return summary;
    }

    static async Task<BackupSummary> UnpackAsync(EmbeddedPostgresOptions options, string file, CancellationToken ct)
    {
        using var home = await ClusterHome.TakeAsync(options.DataFolder, ct);
        if (Directory.Exists(home.Cluster))
        {
            throw new EmbeddedPostgresException(
                $"There is a database in {home.Folder} already; a restore needs an empty data folder. Move it away, or name another with --data."
            );
        }

        var scratch = home.Cluster + ".new";
        var scratchBeside = Path.Combine(Path.GetFullPath(options.DataFolder), "restore.new");
        foreach (var earlier in new[] { scratch, scratchBeside }.Where(Directory.Exists))
        {
            Directory.Delete(earlier, recursive: true);
        }

        options.Progress?.Invoke($"Unpacking {file}");
        var summary = await ExtractAsync(file, scratch, scratchBeside, ct);
        var binaries = await EmbeddedPostgres.BinariesForAsync(home, options, ct);
        Cluster.RequireSameMajor(summary.Postgres.Split('.')[0], binaries, file);
        await home.User.TakeAsync(scratch, ct);
        var synced = await home.User.RunAsync([binaries.Program("initdb"), "--sync-only", "-D", scratch], ct);
        if (!synced.Ok)
        {
            throw new EmbeddedPostgresException($"The files could not be written to disk: {synced.Complaint}");
        }

        BringBeside(scratchBeside, options);
        Directory.Move(scratch, home.Cluster);
        return summary;
    }

    /// <summary>What is there already may be newer than the backup, and is kept.</summary>
    static void BringBeside(string from, EmbeddedPostgresOptions options)
    {
        foreach (var folder in options.Beside.Concat(options.After).Select(name => Path.Combine(from, name)).Where(Directory.Exists))
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                var to = Path.Combine(options.DataFolder, Path.GetRelativePath(from, path));
                if (!File.Exists(to))
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                    File.Move(path, to);
                }
            }
        }

        Directory.Delete(from, recursive: true);
    }

    static async Task<BackupSummary> ExtractAsync(string file, string scratch, string scratchBeside, CancellationToken ct)
    {
        try
        {
            await using var packed = File.OpenRead(file);
            await using var unzipped = new GZipStream(packed, CompressionMode.Decompress);
            await using var archive = new TarReader(unzipped);
            Directory.CreateDirectory(scratch, PrivateFolder);
            Directory.CreateDirectory(scratchBeside, PrivateFolder);
            long files = 0;
            while (await archive.GetNextEntryAsync(copyData: false, ct) is { } entry)
            {
                if (entry.Name == EmbeddedBackup.SummaryName && entry.DataStream is not null)
                {
                    var summary = await JsonSerializer.DeserializeAsync<BackupSummary>(entry.DataStream, JsonSerializerOptions.Web, ct);
                    // The checksum over everything stands at the very end.
                    await unzipped.CopyToAsync(Stream.Null, ct);
                    return summary?.Files == files ? summary : throw new InvalidDataException("its count of files is wrong");
                }

                files += entry.Name.StartsWith(EmbeddedBackup.BesideFolder, StringComparison.Ordinal)
                    ? await ExtractAsync(entry, EmbeddedBackup.BesideFolder, scratchBeside, ct)
                    : await ExtractAsync(entry, EmbeddedBackup.Folder, scratch, ct);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or JsonException)
        {
            throw new EmbeddedPostgresException($"{file} is not a whole backup by Hazina: {e.Message.TrimEnd('.')}.", e);
        }

        throw new EmbeddedPostgresException($"{file} is not a whole backup by Hazina: its end is missing.");
    }

    /// <summary>One entry; the answer is how many files it was.</summary>
    static async Task<int> ExtractAsync(TarEntry entry, string prefix, string scratch, CancellationToken ct)
    {
        var name = entry.Name.StartsWith(prefix, StringComparison.Ordinal) ? entry.Name[prefix.Length..] : "/";
        var path = Path.GetFullPath(Path.Combine(scratch, name));
        // A backup comes from outside: nothing in it may be written anywhere else.
        if (path != scratch + "/" && !path.StartsWith(scratch + "/", StringComparison.Ordinal) && path != scratch)
        {
            throw new InvalidDataException($"it holds {entry.Name}");
        }

        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Directory.CreateDirectory(path, PrivateFolder);
                return 0;
            case TarEntryType.RegularFile:
                Directory.CreateDirectory(Path.GetDirectoryName(path)!, PrivateFolder);
                await using (
                    var target = new FileStream(
                        path,
                        new FileStreamOptions
                        {
                            Mode = FileMode.CreateNew,
                            Access = FileAccess.Write,
                            UnixCreateMode = PrivateFile,
                        }
                    )
                )
                {
                    await (entry.DataStream ?? Stream.Null).CopyToAsync(target, ct);
                }

                return Path.GetFileName(path) == "backup_label" ? 0 : 1;
            default:
                throw new InvalidDataException($"it holds {entry.Name}, which is neither a file nor a folder");
        }
    }
}
