using System.Security.Cryptography;
using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hazina.Platform.Files;

/// <summary>
/// Keeps what people hand in: the content in a folder, under its id and encrypted with a key of its own, what it is in <c>platform.files</c>. Who may see a
/// file the module knows that keeps it. Thread-safe.
/// </summary>
/// <remarks>
/// A module keeps a file, commits its own row about it, and then calls <see cref="Claim"/>. What is cut off in between is found an hour later, and the module
/// asked (<see cref="FilePurpose"/>): a file that it does not know goes.
/// </remarks>
public sealed class FileRoom(
    Database database,
    FieldCipher cipher,
    IOptions<FilesOptions> options,
    IConfiguration settings,
    TimeProvider time,
    ILogger<FileRoom> logger
)
{
    /// <summary>In the data folder.</summary>
    public const string FolderName = "files";

    const string Incoming = "incoming";

    const UnixFileMode OwnersFolder = SecretFile.OwnerOnly | UnixFileMode.UserExecute;

    internal static readonly EncryptedColumn Keys = new("platform", "files", "key");

    readonly string? folder = options.Value.In(settings);

    /// <summary>Keeps a content, or finds it kept under this id already.</summary>
    /// <returns>The file; or a no: too long, of a type that is not kept, too many pixels, or nowhere to put it.</returns>
    public async Task<(StoredFile? File, Refusal? Refusal)> Keep(NewFile wanted, Stream content, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(content);
        if (folder is null)
            return (null, PlatformRefusals.NoFileRoom.Because("Neither Files:Folder nor a data folder is set."));
        if (await Find(wanted.Id, cancellation) is { } known)
        {
            if (File.Exists(PlaceOf(wanted.Id)))
                return (known.File(), null);
            // The one who kept it was cut off before the content came to its place.
            await Run(ForgetWriterSql, new { id = wanted.Id }, cancellation);
        }

        var fresh = Path.Combine(
            Made(Path.Combine(folder, Incoming)),
            $"{wanted.Id}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}"
        );
        try
        {
            var key = RandomNumberGenerator.GetBytes(SealedContent.KeyBytes);
            var (file, refusal) = await Write(wanted, content, fresh, key, cancellation);
            if (refusal is null)
                await Put(file!, fresh, key, cancellation);
            return (file, refusal);
        }
        finally
        {
            File.Delete(fresh);
        }
    }

    /// <summary>The module has committed to the file.</summary>
    public Task Claim(Guid id, CancellationToken cancellation) =>
        Run(ClaimWriterSql, new { ids = new[] { id }, now = time.GetUtcNow() }, cancellation);

    /// <summary>A file's content, to be read once and disposed of; its length is the file's.</summary>
    /// <exception cref="CryptographicException">When reading: it is not what was written.</exception>
    public async Task<(Stream? Content, Refusal? Refusal)> Open(Guid id, CancellationToken cancellation)
    {
        if (folder is null)
            return (null, PlatformRefusals.NoFileRoom.Because("Neither Files:Folder nor a data folder is set."));
        if (await Find(id, cancellation) is not { } row)
            return (null, PlatformRefusals.FileMissing.Because($"The file {id} is not kept any more."));
        try
        {
            return (new OpenedContent(Reading(PlaceOf(id)), cipher.Open(row.Key, Keys.PlaceOf(id)), id, row.Size), null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            PlatformLog.FileNotInPlace(logger, id, folder);
            return (null, PlatformRefusals.FileMissing.Because($"The file {id} is not in its place."));
        }
    }

    /// <summary>Takes files away: their keys at once, so that no copy of the content can be read any more, and then the content.</summary>
    public async Task Delete(IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(ids);
        await Run(DeleteWriterSql, new { ids = ids.ToArray(), now = time.GetUtcNow() }, cancellation);
        Remove(ids);
    }

    /// <summary>All files of a person.</summary>
    internal async Task DeleteOf(Guid person, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        Remove(
            await connection.QueryAsync<Guid>(
                new CommandDefinition(DeleteOfWriterSql, new { person, now = time.GetUtcNow() }, cancellationToken: cancellation)
            )
        );
    }

    /// <summary>The content alone; it is nothing any more where the row has gone.</summary>
    internal void Remove(IEnumerable<Guid> ids)
    {
        if (folder is null)
            return;
        foreach (var id in ids)
        {
            if (Path.Exists(Path.GetDirectoryName(PlaceOf(id))))
                File.Delete(PlaceOf(id));
        }
    }

    /// <summary>What was cut off while it was written.</summary>
    internal void RemoveUnfinished(DateTimeOffset before)
    {
        var incoming = folder is null ? null : Path.Combine(folder, Incoming);
        foreach (var file in Directory.Exists(incoming) ? Directory.EnumerateFiles(incoming) : [])
        {
            if (File.GetLastWriteTimeUtc(file) < before.UtcDateTime)
                File.Delete(file);
        }
    }

    /// <summary>Encrypts it beside its place, and looks at what was written: what is kept is what can be read again.</summary>
    async Task<(StoredFile? File, Refusal? Refusal)> Write(NewFile wanted, Stream content, string fresh, byte[] key, CancellationToken stop)
    {
        var most = wanted.MostBytes ?? options.Value.MostBytes;
        (long Size, byte[] Sha256)? written;
        await using (
            var target = new FileStream(
                fresh,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = SecretFile.OwnerOnly,
                    Options = FileOptions.Asynchronous,
                }
            )
        )
        {
            written = await SealedContent.Write(content, target, key, wanted.Id, most, stop);
            target.Flush(flushToDisk: true);
        }

        if (written is not var (size, sha256))
            return (null, PlatformRefusals.TooLarge.Because($"A file may have {most} bytes."));
        ContentType? type;
        await using (var again = new OpenedContent(Reading(fresh), key, wanted.Id, size))
            type = await ContentType.Of(again, wanted.SaidType, stop);
        if (type is not { } found)
            return (null, PlatformRefusals.FileNotTaken.Because($"The content is neither {ContentType.Known}."));
        if (found.Pixels > options.Value.MostPixels)
            return (
                null,
                PlatformRefusals.ImageTooLarge.Because($"The image has {found.Pixels} pixels; it may have {options.Value.MostPixels}.")
            );
        var now = time.GetUtcNow();
        return (new StoredFile(wanted.Id, wanted.Purpose, wanted.OwnerType, wanted.OwnerId, size, found.Type, sha256, now), null);
    }

    /// <summary>The row first: a content without one would never be found.</summary>
    async Task Put(StoredFile file, string fresh, byte[] key, CancellationToken stop)
    {
        var isKept = await Run(
            InsertWriterSql,
            new
            {
                file.Id,
                file.Purpose,
                file.OwnerType,
                file.OwnerId,
                file.Size,
                file.Type,
                file.Sha256,
                key = cipher.Seal(key, Keys.PlaceOf(file.Id)),
                file.CreatedAt,
            },
            stop
        );
        // Somebody else keeps it at this moment, with another key.
        if (isKept == 0)
            throw new InvalidOperationException($"The file {file.Id} is being kept already.");
        var place = PlaceOf(file.Id);
        var shelf = Made(Path.GetDirectoryName(place)!);
        // What lies there is of one that was deleted by a process that ended before it had.
        File.Move(fresh, place, overwrite: true);
        FolderSync.Flush(shelf);
    }

    /// <summary>The end of an id is by chance, so that folders fill evenly.</summary>
    string PlaceOf(Guid id) => Path.Combine(folder!, id.ToString()[^2..], id.ToString());

    static string Made(string path)
    {
        Directory.CreateDirectory(path, OwnersFolder);
        return path;
    }

    static FileStream Reading(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 4096, useAsync: true);

    async Task<Row?> Find(Guid id, CancellationToken stop)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(FindWriterSql, new { id }, cancellationToken: stop));
    }

    async Task<int> Run(string sql, object values, CancellationToken stop)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(stop);
        return await connection.ExecuteAsync(new CommandDefinition(sql, values, cancellationToken: stop));
    }

    sealed record Row(
        Guid Id,
        string Purpose,
        string OwnerType,
        Guid OwnerId,
        long Size,
        string Type,
        byte[] Sha256,
        byte[] Key,
        DateTimeOffset CreatedAt
    )
    {
        public StoredFile File() => new(Id, Purpose, OwnerType, OwnerId, Size, Type, Sha256, CreatedAt);
    }

    const string FindWriterSql = """
        select id, purpose, owner_type, owner_id, size, type, sha256, key, created_at from platform.files where id = @id and deleted_at is null
        """;

    const string InsertWriterSql = """
        insert into platform.files as f (id, purpose, owner_type, owner_id, size, type, sha256, key, created_at)
        values (@id, @purpose, @ownerType, @ownerId, @size, @type, @sha256, @key, @createdAt)
        on conflict (id) do update
           set purpose = excluded.purpose, owner_type = excluded.owner_type, owner_id = excluded.owner_id, size = excluded.size, type = excluded.type,
               sha256 = excluded.sha256, key = excluded.key, created_at = excluded.created_at, claimed_at = null, deleted_at = null
         where f.deleted_at is not null
        """;

    const string ForgetWriterSql = "delete from platform.files where id = @id and claimed_at is null";

    internal const string ClaimWriterSql = """
        update platform.files set claimed_at = @now where id = any (@ids) and claimed_at is null and deleted_at is null
        """;

    const string DeleteWriterSql = "update platform.files set deleted_at = @now, key = null where id = any (@ids) and deleted_at is null";

    const string DeleteOfWriterSql = """
        update platform.files set deleted_at = @now, key = null where owner_type = 'user' and owner_id = @person and deleted_at is null
        returning id
        """;
}
