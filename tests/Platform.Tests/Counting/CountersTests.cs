using Hazina.Platform.Counting;
using Hazina.Testing;

namespace Hazina.Platform.Tests.Counting;

/// <summary>What every kind of counters promises.</summary>
public abstract class CountersTests
{
    static readonly TimeSpan Long = TimeSpan.FromMinutes(15),
        Short = TimeSpan.FromMilliseconds(400);

    private protected abstract Task<ICounters> Counters();

    static string Any(string what) => $"{what}:{Guid.CreateVersion7():N}";

    [Fact]
    public async Task A_limit_grants_so_many_and_tells_what_is_left_and_until_when()
    {
        var counters = await Counters();
        var key = Any("rate_limit");
        Assert.Equal([2L, 1L, 0L], Enumerable.Range(0, 3).Select(_ => counters.Take(key, 3, Long)).Select(t => t.Left));
        var fourth = counters.Take(key, 3, Long);
        Assert.Equal((false, 0L), (fourth.IsGranted, fourth.Left));
        Assert.InRange(fourth.Until, Long - TimeSpan.FromMinutes(1), Long);
    }

    [Fact]
    public async Task Keys_have_nothing_to_do_with_each_other()
    {
        var counters = await Counters();
        var (one, other) = (Any("rate_limit"), Any("rate_limit"));
        Assert.True(counters.Take(one, 1, Long).IsGranted);
        Assert.False(counters.Take(one, 1, Long).IsGranted);
        Assert.True(counters.Take(other, 1, Long).IsGranted);
    }

    [Fact]
    public async Task A_window_ends_and_the_next_is_whole_again()
    {
        var counters = await Counters();
        var key = Any("rate_limit");
        Assert.True(counters.Take(key, 2, Short).IsGranted);
        Assert.True(counters.Take(key, 2, Short).IsGranted);
        Assert.False(counters.Take(key, 2, Short).IsGranted);
        await Eventually.TrueAsync(() => counters.Take(key, 2, Short) is { IsGranted: true, Left: 1 }, "the window has ended");
    }

    [Fact]
    public async Task Who_is_refused_all_the_time_is_granted_again_when_the_window_ends()
    {
        var counters = await Counters();
        var key = Any("rate_limit");
        while (counters.Take(key, 50, Short).IsGranted) { }
        await Eventually.TrueAsync(() => counters.Take(key, 50, Short).IsGranted, "being refused does not make it longer");
    }

    [Fact]
    public async Task Many_at_once_get_exactly_what_there_is()
    {
        var counters = await Counters();
        var key = Any("rate_limit");
        var granted = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ => Task.Run(() => Enumerable.Range(0, 2_000).Count(_ => counters.Take(key, 10_000, Long).IsGranted)))
        );
        Assert.Equal(10_000, granted.Sum());
    }

    [Fact]
    public async Task What_was_counted_in_the_last_hour_is_told_for_each_key()
    {
        var counters = await Counters();
        var (busy, quiet, none) = (Any("api_key"), Any("api_key"), Any("api_key"));
        Parallel.For(0, 1_000, _ => counters.Count(busy));
        counters.Count(quiet);
        Assert.Equal([1_000, 1, 0], await counters.LastHour([busy, quiet, none]));
        counters.Count(busy);
        Assert.Equal([1_001], await counters.LastHour([busy]));
    }
}
