using System.Security.Cryptography;
using System.Text;
using Hazina.Platform.Caching;
using Hazina.Platform.Security;
using Hazina.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Hazina.Platform.Tests.Caching;

public sealed class RedisCacheTests : CacheTests, IAsyncLifetime
{
    readonly List<RedisCacheStore> all = [];
    readonly string fieldKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    RedisServer redis = null!;

    public async ValueTask InitializeAsync() => redis = await RedisServer.StartedAsync();

    // Enough for a machine that does much else; what hangs is tried with the patience that servers have.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private protected override Task<Cache> Cache() => Process();

    /// <summary>As if in a process of its own.</summary>
    async Task<Cache> Process(string? key = null, TimeSpan? patience = null)
    {
        var store = Store(key, patience);
        all.Add(store);
        await Eventually.TrueAsync(() => store.IsThere, "Redis is reached");
        return new Cache(store);
    }

    RedisCacheStore Store(string? key = null, TimeSpan? patience = null)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("FieldKeys:Keys", key ?? fieldKey)]).Build();
        return new RedisCacheStore(
            redis.Address,
            new FieldCipher(settings),
            TimeProvider.System,
            NullLogger<RedisCacheStore>.Instance,
            patience ?? Patience
        );
    }

    async Task<bool> IsAway() => await Task.FromResult(all.TrueForAll(s => !s.IsThere));

    [Fact]
    public async Task What_one_process_has_read_the_others_need_not_and_what_it_changes_they_see_at_once()
    {
        var (one, other, table, key) = (await Process(), await Process(), new Table(), Any());
        await one.Read(key, Long, table.Read);
        Assert.Equal(1, (await other.Read(key, Long, table.Read)).Reading);
        for (var i = 0; i < 3; i++)
        {
            await other.Remove(key);
            table.Name = $"Asha {i}";
            Assert.Equal($"Asha {i}", (await one.Read(key, Long, table.Read)).Name);
        }
    }

    [Fact]
    public async Task Keys_live_as_long_as_was_said_and_who_reads_them_learns_nothing()
    {
        var (cache, key) = (await Process(), Any());
        await cache.Read(key, Long, () => Task.FromResult(new Thing("Asha Mwangi", 1)));
        using var outside = await ConnectionMultiplexer.ConnectAsync(redis.Address);
        var stored = (byte[])(await outside.GetDatabase().StringGetAsync(key))!;
        Assert.DoesNotContain("Asha", Encoding.UTF8.GetString(stored), StringComparison.Ordinal);
        var left = await outside.GetDatabase().KeyTimeToLiveAsync(key);
        Assert.InRange(left!.Value, Long - TimeSpan.FromMinutes(1), Long);
    }

    [Fact]
    public async Task What_others_are_told_stands_there_as_was_said_and_is_told_over()
    {
        var (cache, open, closed) = (await Process(), Any(), Any());
        Assert.True(cache.IsShared);
        using var outside = await ConnectionMultiplexer.ConnectAsync(redis.Address);
        foreach (var name in (string[])["Asha", "Wanjiku"])
        {
            Assert.True(await cache.Tell([new Told<Thing>(open, new Thing(name, 1), Long)], isReadable: true));
            Assert.True(await cache.Tell([new Told<Thing>(closed, new Thing(name, 1), Long)], isReadable: false));
            Assert.Contains(name, (string?)await outside.GetDatabase().StringGetAsync(open), StringComparison.Ordinal);
            Assert.DoesNotContain(name, (string?)await outside.GetDatabase().StringGetAsync(closed), StringComparison.Ordinal);
        }

        Assert.InRange((await outside.GetDatabase().KeyTimeToLiveAsync(open))!.Value, Long - TimeSpan.FromMinutes(1), Long);
        redis.Kill();
        await Eventually.TrueAsync(
            async () => !await cache.Tell([new Told<Thing>(open, new Thing("Asha", 1), Long)], isReadable: true),
            "it is away"
        );
    }

    [Fact]
    public async Task What_somebody_has_put_there_or_moved_or_kept_under_another_key_is_not_believed()
    {
        var (cache, table, mine, theirs) = (await Process(), new Table(), Any(), Any());
        await cache.Read(theirs, Long, table.Read);
        using var outside = await ConnectionMultiplexer.ConnectAsync(redis.Address);
        var database = outside.GetDatabase();
        await database.StringSetAsync(mine, await database.StringGetAsync(theirs), Long);
        Assert.Equal(2, (await cache.Read(mine, Long, table.Read)).Reading);
        await database.StringSetAsync(mine, """{"name":"Mallory","reading":0}""", Long);
        Assert.Equal(3, (await cache.Read(mine, Long, table.Read)).Reading);
        var stranger = await Process(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        Assert.Equal(4, (await stranger.Read(theirs, Long, table.Read)).Reading);
    }

    [Fact]
    public async Task What_changes_all_the_time_costs_redis_a_few_commands()
    {
        var (cache, key) = (await Process(), Any());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(Change)));
        using var outside = await ConnectionMultiplexer.ConnectAsync(redis.Address + ",allowAdmin=true");
        var commands = (await outside.GetServer(redis.Address).InfoAsync("commandstats"))
            .SelectMany(g => g)
            .Single(c => c.Key == "cmdstat_set" || c.Key == "cmdstat_setex")
            .Value.Split(',')[0]
            .Split('=')[1];
        Assert.InRange(int.Parse(commands, System.Globalization.CultureInfo.InvariantCulture), 1, 50);

        async Task Change()
        {
            for (var i = 0; i < 5_000; i++)
                await cache.Remove(key);
        }
    }

    [Fact]
    public async Task While_redis_is_away_everybody_reads_the_tables_and_what_was_changed_is_told_when_it_is_back()
    {
        var (one, other, table, key) = (await Process(patience: RedisCacheStore.Patience), await Process(), new Table(), Any());
        await other.Read(key, Long, table.Read);
        redis.Freeze(); // it keeps what it has, and answers nobody
        try
        {
            await one.Remove(key);
            table.Name = "Achieng";
            Assert.Equal("Achieng", (await one.Read(key, Long, table.Read)).Name);
        }
        finally
        {
            redis.GoOn();
        }

        Assert.Equal("Achieng", (await one.Read(key, Long, table.Read)).Name);
        // Told by itself, whether or not anybody asks here again.
        await Eventually.TrueAsync(async () => (await other.Read(key, Long, table.Read)).Name == "Achieng", "the others are told");
    }

    [Fact]
    public async Task One_that_does_not_answer_keeps_nobody_waiting()
    {
        var (cache, table) = (await Process(patience: RedisCacheStore.Patience), new Table());
        redis.Freeze();
        try
        {
            var began = TimeProvider.System.GetTimestamp();
            for (var i = 0; i < 200; i++)
            {
                await cache.Read(Any(), Long, table.Read);
                await cache.Remove(Any());
            }

            // A tenth of a second once a second, and not at each of four hundred.
            Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(5));
            Assert.Equal(200, table.Readings);
        }
        finally
        {
            redis.GoOn();
        }
    }

    [Fact]
    public async Task Killed_and_started_again_under_load_nobody_sees_what_was_before_their_own_change()
    {
        var processes = new[] { await Process(), await Process() };
        using var stop = new CancellationTokenSource();
        var asked = 0L;
        var load = Enumerable
            .Range(0, 4)
            .Select(n =>
                Task.Run(async () =>
                {
                    var (table, key) = (new Table(), Any());
                    for (var i = 0; !stop.IsCancellationRequested; i++, Interlocked.Increment(ref asked))
                    {
                        var mine = processes[n % 2];
                        await mine.Remove(key);
                        table.Name = $"Asha {i}";
                        Assert.Equal(table.Name, (await mine.Read(key, Long, table.Read)).Name);
                        Assert.Equal(table.Name, (await mine.Read(key, Long, table.Read)).Name);
                    }
                })
            )
            .ToList();
        for (var i = 0; i < 3; i++)
        {
            redis.Kill();
            await Eventually.TrueAsync(IsAway, "it is seen that Redis is away");
            var before = Interlocked.Read(ref asked);
            await Eventually.TrueAsync(() => Interlocked.Read(ref asked) > before + 500, "it goes on without Redis");
            await redis.StartAsync();
            await Eventually.TrueAsync(() => all.TrueForAll(s => s.IsThere), "it is seen that Redis is back");
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);
    }

    [Fact]
    public async Task A_command_that_ends_at_once_tells_what_it_has_changed_before_it_does()
    {
        var (server, table, key) = (await Process(), new Table(), Any());
        await server.Read(key, Long, table.Read);
        await using (var store = Store())
        {
            await new Cache(store).Remove(key);
            table.Name = "Achieng";
        }

        Assert.Equal("Achieng", (await server.Read(key, Long, table.Read)).Name);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in all)
            await store.DisposeAsync();
        redis?.Dispose();
    }
}
