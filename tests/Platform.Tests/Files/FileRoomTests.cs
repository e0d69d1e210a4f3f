using System.Security.Cryptography;
using Dapper;
using Hazina.Platform.Files;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Hazina.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Platform.Tests.Files;

public sealed class FileRoomTests : IAsyncLifetime
{
    const string Purpose = "test.thing";

    readonly TemporaryFolder folder = new();
    readonly ManualTime time = new();
    readonly IConfiguration settings = new ConfigurationBuilder()
        .AddInMemoryCollection([new("FieldKeys:Keys", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)))])
        .Build();
    TestDatabase test = null!;
    Database database = null!;

    string Inside => folder.Inside("files");

    public async ValueTask InitializeAsync()
    {
        test = await HazinaDatabase.CreateAsync();
        database = Database.Owned(test.ConnectionString);
    }

    FileRoom Room(long most = 1_000_000, string? where = null) =>
        new(
            database,
            new FieldCipher(settings),
            Options.Create(new FilesOptions { Folder = where ?? Inside, MostBytes = most }),
            settings,
            time,
            NullLogger<FileRoom>.Instance
        );

    [Theory]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(300_000)]
    public async Task What_is_kept_comes_back_and_nothing_of_it_can_be_read_on_the_disk(int length)
    {
        var (room, content) = (Room(), Text(length));
        var (file, refusal) = await room.Keep(New(), new MemoryStream(content), default);
        Assert.Null(refusal);
        Assert.Equal((length, "text/plain"), (file!.Size, file.Type));
        Assert.Equal(SHA256.HashData(content), file.Sha256);
        Assert.Equal(content, await Read(room, file.Id));
        var stored = await File.ReadAllBytesAsync(Assert.Single(Files()));
        Assert.True(stored.AsSpan().IndexOf(content.AsSpan(0, Math.Min(8, length))) < 0 || length < 8);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Files().Single()));
    }

    [Fact]
    public async Task What_was_changed_moved_or_cut_off_on_the_disk_is_not_read()
    {
        var room = Room();
        var (one, other) = (
            (await room.Keep(New(), new MemoryStream(Text(200_000)), default)).File!,
            (await room.Keep(New(), new MemoryStream(Text(200_000)), default)).File!
        );
        var place = Files().Single(f => f.EndsWith(one.Id.ToString(), StringComparison.Ordinal));
        var whole = await File.ReadAllBytesAsync(place);
        var piece = SealedContent.PieceBytes + SealedContent.TagBytes;
        var swapped = (byte[])whole.Clone();
        whole.AsSpan(4, piece).CopyTo(swapped.AsSpan(4 + piece));
        whole.AsSpan(4 + piece, piece).CopyTo(swapped.AsSpan(4));
        var flipped = (byte[])whole.Clone();
        flipped[^20] ^= 1;
        var others = await File.ReadAllBytesAsync(Files().Single(f => f != place));
        foreach (var wrong in (byte[][])[flipped, swapped, whole[..^1], whole[..(4 + piece)], whole[..2], [], others])
        {
            await File.WriteAllBytesAsync(place, wrong);
            await Assert.ThrowsAnyAsync<CryptographicException>(() => Read(room, one.Id));
        }

        await File.WriteAllBytesAsync(place, whole);
        Assert.Equal(200_000, (await Read(room, one.Id)).Length);
        File.Delete(place);
        Assert.Equal("platform.file_missing", (await room.Open(one.Id, default)).Refusal!.Type.Code);
        Assert.Equal(200_000, (await Read(room, other.Id)).Length);
    }

    [Fact]
    public async Task What_is_refused_leaves_nothing_behind()
    {
        var room = Room(most: 100_000);
        Assert.Equal("platform.too_large", (await room.Keep(New(), new MemoryStream(Text(100_001)), default)).Refusal!.Type.Code);
        Assert.Equal("platform.file_not_taken", (await room.Keep(New(), new MemoryStream([1, 2, 3]), default)).Refusal!.Type.Code);
        Assert.Equal("platform.no_file_room", (await Room(where: "").Keep(New(), new MemoryStream(Text(1)), default)).Refusal!.Type.Code);
        await Assert.ThrowsAsync<IOException>(() => room.Keep(New(), new Broken(), default));
        Assert.Empty(Files());
        Assert.Null((await room.Keep(New(), new MemoryStream(Text(100_000)), default)).Refusal);
    }

    [Fact]
    public async Task Kept_again_under_its_id_it_is_there_once_also_after_a_try_that_was_cut_off()
    {
        var (room, wanted) = (Room(), New());
        var first = (await room.Keep(wanted, new MemoryStream(Text(10)), default)).File!;
        var again = (await room.Keep(wanted, new MemoryStream(Text(10)), default)).File!;
        Assert.Equal((first.Id, first.CreatedAt), (again.Id, again.CreatedAt));
        // The row was there, and the content had not come to its place.
        File.Delete(Assert.Single(Files()));
        Assert.Null((await room.Keep(wanted, new MemoryStream(Text(10)), default)).Refusal);
        Assert.Equal(Text(10), await Read(room, wanted.Id));
    }

    [Fact]
    public async Task What_was_deleted_can_be_kept_again_under_its_id()
    {
        var (room, wanted) = (Room(), New());
        Assert.Null((await room.Keep(wanted, new MemoryStream(Text(100)), default)).Refusal);
        var place = Assert.Single(Files());
        await room.Delete([wanted.Id], default);
        await File.WriteAllBytesAsync(place, Text(7), TestContext.Current.CancellationToken);
        var (file, refusal) = await room.Keep(wanted, new MemoryStream(Text(50)), default);
        Assert.Null(refusal);
        Assert.Equal(50, file!.Size);
        Assert.Equal(Text(50), await Read(room, wanted.Id));
    }

    [Fact]
    public async Task What_is_deleted_has_no_key_any_more_and_what_nobody_uses_is_deleted()
    {
        var room = Room();
        var ids = new List<Guid>();
        for (var i = 0; i < 4; i++)
            ids.Add((await room.Keep(New(), new MemoryStream(Text(10)), default)).File!.Id);
        await room.Claim(ids[0], default);
        await room.Delete([ids[1]], default);
        Assert.Equal("platform.file_missing", (await room.Open(ids[1], default)).Refusal!.Type.Code);
        // The third is used, though whoever keeps it was cut off before saying so; the last one is not.
        var purpose = new FilePurpose(Purpose, (_, asked, _) => Task.FromResult<IReadOnlyCollection<Guid>>([.. asked.Intersect([ids[2]])]));
        var sweeper = new FileSweeper(database, room, [purpose], new ServiceCollection().BuildServiceProvider(), time);
        await sweeper.Sweep(default);
        Assert.Equal(3, Files().Count);
        time.Advance(TimeSpan.FromMinutes(61));
        var unfinished = Path.Combine(Inside, "incoming", "x");
        await File.WriteAllTextAsync(unfinished, "");
        File.SetLastWriteTimeUtc(unfinished, time.GetUtcNow().AddHours(-2).UtcDateTime);
        await sweeper.Sweep(default);
        Assert.Equal([ids[0].ToString(), ids[2].ToString()], Files().Select(Path.GetFileName).Order());
        time.Advance(TimeSpan.FromDays(31));
        await sweeper.Sweep(default);
        await using var owner = new NpgsqlConnection(test.ConnectionString);
        Assert.Equal(
            [ids[0], ids[2]],
            await owner.QueryAsync<Guid>("select id from platform.files where claimed_at is not null order by id")
        );
        Assert.Equal(2, await owner.QuerySingleAsync<int>("select count(*)::int from platform.files"));
    }

    [Fact]
    public async Task When_the_field_key_changes_the_files_keys_follow()
    {
        var file = (await Room().Keep(New(), new MemoryStream(Text(10)), default)).File!;
        var (old, fresh) = (settings["FieldKeys:Keys"]!, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        var both = new ConfigurationBuilder().AddInMemoryCollection([new("FieldKeys:Keys", $"{fresh} {old}")]).Build();
        var report = await new FieldSealing(database, new FieldCipher(both), [FileRoom.Keys]).Reseal(default);
        Assert.Equal((1L, 0), (report.Sealed, report.Unreadable.Count));
        settings["FieldKeys:Keys"] = fresh;
        Assert.Equal(Text(10), await Read(Room(), file.Id));
    }

    List<string> Files() => Directory.Exists(Inside) ? [.. Directory.EnumerateFiles(Inside, "*", SearchOption.AllDirectories)] : [];

    static NewFile New() => new(Guid.CreateVersion7(), Purpose, "user", Guid.CreateVersion7(), null);

    static byte[] Text(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)('a' + (i % 23)))];

    static async Task<byte[]> Read(FileRoom room, Guid id)
    {
        await using var content = (await room.Open(id, default)).Content!;
        using var read = new MemoryStream();
        await content.CopyToAsync(read);
        Assert.Equal(content.Length, read.Length);
        return read.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        await test.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>A caller that goes away.</summary>
    sealed class Broken : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("gone");
    }
}
