using Hazina.Platform.Caching;
using Hazina.Testing;

namespace Hazina.Platform.Tests.Caching;

public sealed class MemoryCacheTests : CacheTests
{
    private protected override Task<Cache> Cache() => Task.FromResult(new Cache(new MemoryCacheStore(TimeProvider.System)));

    [Fact]
    public async Task What_another_server_changes_is_seen_within_ten_seconds()
    {
        var (time, table) = (new ManualTime(), new Table());
        var cache = new Cache(new MemoryCacheStore(time));
        await cache.Read("thing:1", Long, table.Read);
        table.Name = "Achieng"; // elsewhere
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("Asha", (await cache.Read("thing:1", Long, table.Read)).Name);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Achieng", (await cache.Read("thing:1", Long, table.Read)).Name);
    }

    [Fact]
    public async Task After_a_change_it_is_kept_again_once_nobody_can_still_be_reading_the_old()
    {
        var (time, table) = (new ManualTime(), new Table());
        var cache = new Cache(new MemoryCacheStore(time));
        await cache.Remove("thing:1");
        time.Advance(Platform.Caching.Cache.Guard - TimeSpan.FromSeconds(1));
        await cache.Read("thing:1", Long, table.Read);
        Assert.Equal(2, (await cache.Read("thing:1", Long, table.Read)).Reading);
        time.Advance(TimeSpan.FromSeconds(1));
        await cache.Read("thing:1", Long, table.Read);
        Assert.Equal(3, (await cache.Read("thing:1", Long, table.Read)).Reading);
    }

    [Fact]
    public async Task What_took_long_to_read_is_shown_and_not_kept()
    {
        var (time, table) = (new ManualTime(), new Table());
        var cache = new Cache(new MemoryCacheStore(time));
        await cache.Read(
            "thing:1",
            Long,
            () =>
            {
                time.Advance(Platform.Caching.Cache.LongestReading + TimeSpan.FromSeconds(1));
                return table.Read();
            }
        );
        Assert.Equal(2, (await cache.Read("thing:1", Long, table.Read)).Reading);
    }

    [Fact]
    public async Task A_flood_of_keys_takes_no_more_room()
    {
        var (store, table) = (new MemoryCacheStore(TimeProvider.System, mostKeys: 100), new Table());
        var cache = new Cache(store);
        await cache.Remove("thing:guarded");
        for (var i = 0; i < 1_000; i++)
        {
            await cache.Read($"thing:{i}", Long, table.Read);
            Assert.InRange(store.Count, 1, 100);
        }

        var before = table.Readings;
        await cache.Read("thing:guarded", Long, table.Read);
        await cache.Read("thing:guarded", Long, table.Read);
        Assert.Equal(before + 2, table.Readings);
    }
}
