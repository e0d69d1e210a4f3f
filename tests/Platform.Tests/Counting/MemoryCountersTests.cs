using Hazina.Platform.Counting;
using Hazina.Testing;

namespace Hazina.Platform.Tests.Counting;

public sealed class MemoryCountersTests : CountersTests
{
    private protected override Task<ICounters> Counters() => Task.FromResult<ICounters>(new MemoryCounters(TimeProvider.System));

    [Fact]
    public async Task The_hour_rolls_on_minute_by_minute()
    {
        var time = new ManualTime();
        var counters = new MemoryCounters(time);
        for (var minute = 0; minute < 90; minute++)
        {
            counters.Count("key");
            counters.Count("key");
            Assert.Equal(Math.Min(minute + 1, 60) * 2, (await counters.LastHour(["key"]))[0]);
            time.Advance(TimeSpan.FromMinutes(1));
        }

        time.Advance(TimeSpan.FromMinutes(58));
        Assert.Equal(2, (await counters.LastHour(["key"]))[0]);
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, (await counters.LastHour(["key"]))[0]);
    }

    [Fact]
    public void A_window_begins_with_the_first_and_ends_when_it_said()
    {
        var time = new ManualTime();
        var counters = new MemoryCounters(time);
        time.Advance(TimeSpan.FromMinutes(7));
        Assert.Equal(TimeSpan.FromMinutes(15), counters.Take("key", 1, TimeSpan.FromMinutes(15)).Until);
        time.Advance(TimeSpan.FromMinutes(14));
        Assert.Equal(new Taken(false, 0, TimeSpan.FromMinutes(1)), counters.Take("key", 1, TimeSpan.FromMinutes(15)));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(counters.Take("key", 1, TimeSpan.FromMinutes(15)).IsGranted);
    }

    [Fact]
    public void A_flood_of_keys_takes_no_more_room_and_frees_nobody_who_is_at_their_limit()
    {
        var counters = new MemoryCounters(TimeProvider.System, mostKeys: 1_000);
        while (counters.Take("at the limit", 20, TimeSpan.FromHours(1)).IsGranted) { }
        for (var i = 0; i < 20_000; i++)
        {
            counters.Take($"flood {i}", 20, TimeSpan.FromHours(1));
            Assert.InRange(counters.Windows.Count, 1, 1_000);
        }

        Assert.False(counters.Take("at the limit", 20, TimeSpan.FromHours(1)).IsGranted);
    }

    [Fact]
    public void What_is_over_makes_room_before_anything_else()
    {
        var time = new ManualTime();
        var counters = new MemoryCounters(time, mostKeys: 100);
        for (var i = 0; i < 90; i++)
            counters.Take($"old {i}", 9, TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 20; i++)
            counters.Take($"new {i}", 1, TimeSpan.FromHours(1));
        Assert.All(Enumerable.Range(0, 20), i => Assert.False(counters.Take($"new {i}", 1, TimeSpan.FromHours(1)).IsGranted));
    }
}
