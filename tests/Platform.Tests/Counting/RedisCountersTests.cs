using Hazina.Platform.Counting;
using Hazina.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Hazina.Platform.Tests.Counting;

public sealed class RedisCountersTests : CountersTests, IAsyncLifetime
{
    static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    readonly List<RedisCounters> all = [];
    RedisServer redis = null!;

    public async ValueTask InitializeAsync() => redis = await RedisServer.StartedAsync();

    private protected override async Task<ICounters> Counters() => await Process();

    /// <summary>As if in a process of its own.</summary>
    async Task<RedisCounters> Process()
    {
        var counters = new RedisCounters(redis.Address, TimeProvider.System, NullLogger<RedisCounters>.Instance);
        all.Add(counters);
        await Eventually.TrueAsync(() => counters.IsShared, "Redis is reached");
        return counters;
    }

    [Fact]
    public async Task What_one_process_takes_the_others_do_not_have()
    {
        var (one, other) = (await Process(), await Process());
        for (var i = 0; i < 6; i++)
            Assert.True(one.Take("rate_limit:a", 10, Window).IsGranted);
        Assert.True(other.Take("rate_limit:a", 10, Window).IsGranted);
        // It takes no more than is left, whoever asks.
        var granted = 0;
        await Eventually.TrueAsync(
            () =>
            {
                granted += other.Take("rate_limit:a", 10, Window).IsGranted ? 1 : 0;
                return !one.Take("rate_limit:a", 7, Window).IsGranted && !other.Take("rate_limit:a", 7, Window).IsGranted;
            },
            "each has heard of the other"
        );
        Assert.InRange(granted, 0, 9);
    }

    [Fact]
    public async Task Keys_hold_what_the_documents_say_for_as_long_as_they_say()
    {
        var counters = await Process();
        for (var i = 0; i < 5; i++)
            counters.Take("rate_limit:203.0.113.7:GET /v1/things", 100, Window);
        counters.Count("api_key:17:usage");
        counters.Count("api_key:17:usage");
        using var outside = await ConnectionMultiplexer.ConnectAsync(redis.Address);
        var database = outside.GetDatabase();
        await Eventually.TrueAsync(
            async () => await database.StringGetAsync("rate_limit:203.0.113.7:GET /v1/things") == 5,
            "the requests are counted"
        );
        var left = await database.KeyTimeToLiveAsync("rate_limit:203.0.113.7:GET /v1/things");
        Assert.InRange(left!.Value, Window - TimeSpan.FromMinutes(1), Window);
        await Eventually.TrueAsync(
            async () => (await database.HashGetAllAsync("api_key:17:usage")).Sum(f => (long)f.Value) == 2,
            "the use is counted"
        );
        left = await database.KeyTimeToLiveAsync("api_key:17:usage");
        Assert.InRange(left!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task The_last_hour_is_that_of_all_processes_and_older_minutes_are_cleared_away()
    {
        var (one, other) = (await Process(), await Process());
        using var outside = await ConnectionMultiplexer.ConnectAsync(redis.Address);
        var old = HourTally.MinuteOf(TimeProvider.System) - HourTally.Minutes;
        await outside.GetDatabase().HashSetAsync("api_key:18:usage", old - 3, 1000);
        one.Count("api_key:18:usage");
        other.Count("api_key:18:usage");
        await Eventually.TrueAsync(async () => (await one.LastHour(["api_key:18:usage"]))[0] == 2, "one knows of the other");
        Assert.Equal(0, (await one.LastHour(["api_key:nobody:usage"]))[0]);
        Assert.False(await outside.GetDatabase().HashExistsAsync("api_key:18:usage", old - 3));
    }

    [Fact]
    public async Task A_busy_key_costs_redis_a_few_commands_however_busy_it_is()
    {
        var counters = await Process();
        for (var i = 0; i < 100_000; i++)
            counters.Take("rate_limit:busy", 1_000_000, Window);
        using var outside = await ConnectionMultiplexer.ConnectAsync(redis.Address + ",allowAdmin=true");
        await Eventually.TrueAsync(
            async () => await outside.GetDatabase().StringGetAsync("rate_limit:busy") == 100_000,
            "all of it has been told"
        );
        var commands = (await outside.GetServer(redis.Address).InfoAsync("commandstats"))
            .SelectMany(g => g)
            .Single(c => c.Key == "cmdstat_incrby")
            .Value.Split(',')[0]
            .Split('=')[1];
        Assert.InRange(int.Parse(commands, System.Globalization.CultureInfo.InvariantCulture), 1, 1_000);
    }

    [Fact]
    public async Task While_redis_is_away_each_process_goes_on_by_itself_and_nobody_is_locked_out_or_let_in_without_bound()
    {
        var (one, other) = (await Process(), await Process());
        while (one.Take("rate_limit:greedy", 100, Window).IsGranted) { }
        await Eventually.TrueAsync(() => !other.Take("rate_limit:greedy", 100, Window).IsGranted, "the other has heard");

        redis.Kill();
        await Eventually.TrueAsync(() => !one.IsShared && !other.IsShared, "it is seen that Redis is away");
        Assert.False(one.Take("rate_limit:greedy", 100, Window).IsGranted);
        Assert.False(other.Take("rate_limit:greedy", 100, Window).IsGranted);
        foreach (var process in (RedisCounters[])[one, other])
            Assert.Equal(100, Enumerable.Range(0, 500).Count(_ => process.Take("rate_limit:new", 100, Window).IsGranted));
        one.Count("api_key:19:usage");
        Assert.Equal([1], await one.LastHour(["api_key:19:usage"]));

        // It comes back and knows nothing; what each has counted itself still holds.
        await redis.StartAsync();
        await Eventually.TrueAsync(() => one.IsShared && other.IsShared, "it is seen that Redis is back");
        Assert.False(one.Take("rate_limit:greedy", 100, Window).IsGranted);
        Assert.False(one.Take("rate_limit:new", 100, Window).IsGranted);
        Assert.True(one.Take("rate_limit:newer", 2, Window).IsGranted);
        Assert.True(other.Take("rate_limit:newer", 2, Window).IsGranted);
        await Eventually.TrueAsync(() => !one.Take("rate_limit:newer", 2, Window).IsGranted, "they share again");
        await Eventually.TrueAsync(async () => (await other.LastHour(["api_key:19:usage"]))[0] == 1, "what was used meanwhile is told");
    }

    [Fact]
    public async Task Killed_and_started_again_under_load_it_keeps_nobody_waiting_and_the_limit_holds()
    {
        var processes = new[] { await Process(), await Process() };
        using var stop = new CancellationTokenSource();
        var (granted, asked) = (0L, 0L);
        var load = Enumerable
            .Range(0, 4)
            .Select(n =>
                Task.Run(() =>
                {
                    for (; !stop.IsCancellationRequested; Interlocked.Increment(ref asked))
                    {
                        Interlocked.Add(ref granted, processes[n % 2].Take("rate_limit:load", 5_000, Window).IsGranted ? 1 : 0);
                        processes[n % 2].Count("api_key:load:usage");
                    }
                })
            )
            .ToList();
        for (var i = 0; i < 3; i++)
        {
            redis.Kill();
            await Eventually.TrueAsync(() => processes.All(p => !p.IsShared), "it is seen that Redis is away");
            var before = Interlocked.Read(ref asked);
            await Eventually.TrueAsync(() => Interlocked.Read(ref asked) > before + 1_000, "it goes on without Redis");
            await redis.StartAsync();
            await Eventually.TrueAsync(() => processes.All(p => p.IsShared), "it is seen that Redis is back");
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);
        Assert.InRange(granted, 5_000, 10_000); // a limit for each process at most
    }

    [Fact]
    public async Task Without_any_redis_counting_begins_all_the_same()
    {
        redis.Kill();
        await using var counters = new RedisCounters(redis.Address, TimeProvider.System, NullLogger<RedisCounters>.Instance);
        Assert.True(counters.Take("rate_limit:early", 1, Window).IsGranted);
        Assert.False(counters.Take("rate_limit:early", 1, Window).IsGranted);
        Assert.False(counters.IsShared);
        await redis.StartAsync();
        await Eventually.TrueAsync(() => counters.IsShared, "Redis is reached when it comes");
        var other = await Process();
        await Eventually.TrueAsync(() => !other.Take("rate_limit:early", 2, Window).IsGranted, "what was taken before is told");
    }

    [Fact]
    public void A_setting_that_cannot_be_read_is_named() =>
        Assert.Contains(
            "redis",
            Assert
                .Throws<InvalidOperationException>(() =>
                    new RedisCounters("localhost,nonsense=1", TimeProvider.System, NullLogger<RedisCounters>.Instance)
                )
                .Message,
            StringComparison.Ordinal
        );

    public async ValueTask DisposeAsync()
    {
        foreach (var counters in all)
            await counters.DisposeAsync();
        redis?.Dispose();
    }
}
