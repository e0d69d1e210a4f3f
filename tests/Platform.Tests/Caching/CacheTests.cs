using Hazina.Platform.Caching;
using Hazina.Testing;

namespace Hazina.Platform.Tests.Caching;

/// <summary>What the cache promises, wherever it keeps things.</summary>
public abstract class CacheTests
{
    private protected static readonly TimeSpan Long = TimeSpan.FromHours(1),
        Short = TimeSpan.FromMilliseconds(300);

    private protected abstract Task<Cache> Cache();

    private protected sealed record Thing(string Name, int Reading, Guid? Owner = null);

    private protected static string Any() => $"thing:{Guid.CreateVersion7()}";

    /// <summary>Readings of a table: each finds what is there at the time, and is counted.</summary>
    private protected sealed class Table
    {
        int readings;

        public string Name { get; set; } = "Asha";

        public int Readings => Volatile.Read(ref readings);

        public Task<Thing> Read() => Task.FromResult(new Thing(Name, Interlocked.Increment(ref readings)));
    }

    [Fact]
    public async Task What_was_read_once_is_kept_as_it_is()
    {
        var (cache, key, owner) = (await Cache(), Any(), Guid.CreateVersion7());
        var thing = new Thing("Wanjikũ \"Mwangi\"", 7, owner);
        Assert.Equal(thing, await cache.Read(key, Long, () => Task.FromResult(thing)));
        Assert.Equal(thing, await cache.Read<Thing>(key, Long, () => throw new InvalidOperationException("it is kept")));
    }

    [Fact]
    public async Task Keys_have_nothing_to_do_with_each_other()
    {
        var (cache, table, one, other) = (await Cache(), new Table(), Any(), Any());
        await cache.Read(one, Long, table.Read);
        Assert.Equal(2, (await cache.Read(other, Long, table.Read)).Reading);
        await cache.Remove(one);
        Assert.Equal(2, (await cache.Read(other, Long, table.Read)).Reading);
    }

    [Fact]
    public async Task It_is_kept_for_its_time_and_no_longer()
    {
        var (cache, table, key) = (await Cache(), new Table(), Any());
        await cache.Read(key, Short, table.Read);
        await Eventually.TrueAsync(async () => (await cache.Read(key, Short, table.Read)).Reading > 1, "its time is over");
    }

    [Fact]
    public async Task What_changes_is_read_anew_from_then_on()
    {
        var (cache, table, key) = (await Cache(), new Table(), Any());
        await cache.Read(key, Long, table.Read);
        for (var i = 0; i < 5; i++)
        {
            await cache.Remove(key);
            table.Name = $"Asha {i}";
            Assert.Equal($"Asha {i}", (await cache.Read(key, Long, table.Read)).Name);
            Assert.Equal($"Asha {i}", (await cache.Read(key, Long, table.Read)).Name);
        }
    }

    /// <summary>Somebody who has asked the table, and waits before that is kept.</summary>
    static async Task<(Task<Thing> Slow, TaskCompletionSource Go)> Reading(Cache cache, string key, Table table)
    {
        TaskCompletionSource asked = new(),
            go = new();
        var slow = cache.Read(
            key,
            Long,
            async () =>
            {
                var old = await table.Read();
                asked.SetResult();
                await go.Task;
                return old;
            }
        );
        await asked.Task;
        return (slow, go);
    }

    [Fact]
    public async Task Who_has_read_before_a_change_does_not_put_the_old_back()
    {
        var (cache, table, key) = (await Cache(), new Table(), Any());
        var (slow, go) = await Reading(cache, key, table);
        await cache.Remove(key);
        table.Name = "Achieng";
        go.SetResult();
        Assert.Equal("Asha", (await slow).Name);
        Assert.Equal("Achieng", (await cache.Read(key, Long, table.Read)).Name);
    }

    [Fact]
    public async Task Who_asks_after_a_change_is_not_given_what_somebody_was_reading_before_it()
    {
        var (cache, table, key) = (await Cache(), new Table(), Any());
        var (slow, go) = await Reading(cache, key, table);
        await cache.Remove(key);
        table.Name = "Achieng";
        var after = cache.Read(key, Long, table.Read);
        go.SetResult();
        await slow;
        Assert.Equal("Achieng", (await after).Name);
    }

    [Fact]
    public async Task Many_who_miss_the_same_at_once_cost_one_reading()
    {
        var (cache, table, key) = (await Cache(), new Table(), Any());
        var go = new TaskCompletionSource();
        var all = Enumerable
            .Range(0, 50)
            .Select(_ =>
                Task.Run(() =>
                    cache.Read(
                        key,
                        Long,
                        async () =>
                        {
                            await go.Task;
                            return await table.Read();
                        }
                    )
                )
            )
            .ToList();
        go.SetResult();
        await Task.WhenAll(all);
        // Whoever asks only after the first was given up its place finds what is kept.
        Assert.Equal(1, table.Readings);
    }

    [Fact]
    public async Task A_reading_that_fails_is_the_readers_own_and_nothing_is_kept()
    {
        var (cache, table, key) = (await Cache(), new Table(), Any());
        await Assert.ThrowsAsync<TimeoutException>(() => cache.Read<Thing>(key, Long, () => throw new TimeoutException()));
        Assert.Equal(1, (await cache.Read(key, Long, table.Read)).Reading);
        Assert.Equal(1, (await cache.Read(key, Long, table.Read)).Reading);
    }

    [Fact]
    public async Task What_another_version_of_the_program_has_kept_is_read_anew()
    {
        var (cache, table, key) = (await Cache(), new Table(), Any());
        await cache.Read(key, Long, () => Task.FromResult(new List<int> { 1, 2 }));
        Assert.Equal("Asha", (await cache.Read(key, Long, table.Read)).Name);
    }
}
