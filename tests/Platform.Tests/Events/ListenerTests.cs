using System.Collections.Concurrent;
using Hazina.Platform.Events;
using Hazina.Testing;

namespace Hazina.Platform.Tests.Events;

/// <summary>From the log to those who act on it: each event at least once, those of a key in order.</summary>
public sealed class ListenerTests : IAsyncLifetime
{
    readonly ConcurrentQueue<string> handled = [];
    readonly HashSet<string> poison = new(StringComparer.Ordinal);
    SampleModule sample = null!;

    public async ValueTask InitializeAsync() => sample = await SampleModule.CreateAsync();

    public ValueTask DisposeAsync() => sample.DisposeAsync();

    [Fact]
    public async Task Every_event_is_handled_in_order_and_once_when_nothing_goes_wrong()
    {
        await Tell(250);
        var (listener, runner) = (Listening(), sample.Runner());
        await Finish(runner, listener);
        Assert.Equal(Enumerable.Range(1, 250).Select(i => $"a/{i}"), handled);
        Assert.False(await runner.Turn(listener, default));
        await Tell(1);
        await Finish(runner, listener);
        Assert.Equal(251, handled.Count);
    }

    [Fact]
    public async Task Each_listener_has_a_place_of_its_own_and_hears_what_it_asked_for()
    {
        await Tell(2);
        var (everything, hidden, fresh) = (
            Listening("sample.everything"),
            Listening("sample.hidden", [SampleModule.Hidden.Name]),
            Listening("sample.fresh", start: ListenerStart.Now)
        );
        var runner = sample.Runner();
        await Finish(runner, everything);
        Assert.Equal(["a/1", "a/2"], Taken());
        await Finish(runner, fresh);
        await Tell(sample.Event("b", 3, type: SampleModule.Hidden), sample.Event("a", 4));
        await Finish(runner, hidden);
        Assert.Equal(["b/3"], Taken());
        await Finish(runner, fresh);
        Assert.Equal(["b/3", "a/4"], Taken());
    }

    [Fact]
    public async Task Of_several_processes_one_handles_each_event()
    {
        await Tell(300);
        var listener = Listening();
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        var runner = sample.Runner();
                        while (handled.Count < 300)
                            await runner.Turn(listener, default);
                    })
                )
        );
        Assert.Equal(Enumerable.Range(1, 300).Select(i => $"a/{i}"), handled);
    }

    [Fact]
    public async Task What_a_process_was_handling_when_it_died_is_handled_again_by_another()
    {
        await Tell(3);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hanging = Listening(handle: async stored =>
        {
            if (SampleModule.Text(stored) == "a/2")
                await gate.Task;
        });
        var dying = sample.Runner().Turn(hanging, default);
        await Eventually.TrueAsync(() => handled.Contains("a/2"), "it hangs at the second event");

        var next = sample.Runner();
        Assert.False(await next.Turn(Listening(), default));
        await sample.Execute("update platform.listeners set worker_until = '2000-01-01T00:00:00Z'"); // as after half a minute of silence
        await Finish(next, Listening());
        Assert.Equal(["a/1", "a/2", "a/1", "a/2", "a/3"], handled);

        gate.SetResult(); // it was only frozen, and changes nothing any more
        await dying;
        Assert.Equal(3, await sample.Ask<long>("select position from platform.listeners"));
        Assert.Equal(0, await sample.Ask<long>("select count(*) from platform.held_events"));
    }

    [Fact]
    public async Task Stopping_hands_over_at_once()
    {
        await Tell(3);
        using var stop = new CancellationTokenSource();
        var hanging = Listening(handle: stored =>
            SampleModule.Text(stored) == "a/2" ? new TaskCompletionSource().Task : Task.CompletedTask
        );
        var stopping = sample.Runner().Turn(hanging, stop.Token);
        await Eventually.TrueAsync(() => handled.Contains("a/2"), "it is at the second event");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopping);
        await Finish(sample.Runner(), Listening());
        Assert.Equal(["a/1", "a/2", "a/2", "a/3"], handled);
    }

    [Fact]
    public async Task An_event_that_fails_for_a_while_holds_up_its_own_key_only()
    {
        poison.Add("a/1");
        await Tell(sample.Event("a", 1), sample.Event("b", 2), sample.Event("a", 3), sample.Event("b", 4));
        var (listener, runner) = (Listening(), sample.Runner());
        await Finish(runner, listener);
        Assert.Equal(["a/1!", "b/2", "b/4"], Taken());
        poison.Clear();
        await Finish(runner, listener);
        Assert.Empty(Taken()); // its time has not come
        sample.Time.Advance(TimeSpan.FromSeconds(1));
        await Finish(runner, listener);
        Assert.Equal(["a/1", "a/3"], Taken());
        Assert.Equal(0, await sample.Ask<long>("select count(*) from platform.held_events"));
    }

    [Fact]
    public async Task A_poisonous_event_is_parked_seen_and_replayed_before_those_behind_it()
    {
        poison.Add("a/1");
        await Tell(sample.Event("a", 1), sample.Event("a", 2), sample.Event("b", 3));
        var (listener, runner) = (Listening(), sample.Runner());
        await Park(runner, listener);
        Assert.Equal(ListenerRunner.MostTries, Taken().Count(t => t == "a/1!"));

        await Tell(sample.Event("a", 4), sample.Event("b", 5));
        await Finish(runner, listener);
        Assert.Equal(["b/5"], Taken());
        var parked = Assert.Single(await sample.Parked.List());
        Assert.Equal(
            ("sample.listener", 1L, SampleModule.Moved.Name, "a", ListenerRunner.MostTries, "InvalidOperationException: poison", 2L),
            (parked.Listener, parked.Number, parked.Type, parked.Key, parked.Tries, parked.Error, parked.Waiting)
        );

        Assert.True(await sample.Parked.Replay(listener.Name, 1));
        Assert.False(await sample.Parked.Replay(listener.Name, 1)); // on its way already
        poison.Clear();
        await Finish(runner, listener);
        Assert.Equal(["a/1", "a/2", "a/4"], Taken());
        Assert.Empty(await sample.Parked.List());
    }

    [Fact]
    public async Task A_replay_that_fails_again_is_parked_again()
    {
        poison.Add("a/1");
        await Tell(1);
        var (listener, runner) = (Listening(), sample.Runner());
        await Park(runner, listener);
        Assert.True(await sample.Parked.Replay(listener.Name, 1));
        Assert.Empty(await sample.Parked.List());
        await Park(runner, listener);
        Assert.Equal(2 * ListenerRunner.MostTries, handled.Count);
    }

    [Fact]
    public async Task A_parked_event_can_be_passed_over()
    {
        poison.Add("a/1");
        await Tell(3);
        var (listener, runner) = (Listening(), sample.Runner());
        await Park(runner, listener);
        _ = Taken();
        Assert.False(await sample.Parked.Skip(listener.Name, 2));
        Assert.True(await sample.Parked.Skip(listener.Name, 1));
        await Finish(runner, listener);
        Assert.Equal(["a/2", "a/3"], Taken());
    }

    [Fact]
    public async Task An_event_of_a_source_is_held_parked_and_replayed_as_one_that_is_stored()
    {
        await using var counting = await SampleModule.CreateAsync(new CountingSource(8));
        await counting.Tell(counting.Event("source1", 100));
        while (await counting.Relay().Step(default)) { }
        poison.Add("source/4"); // of source0, with the numbers after the stored one's
        poison.Add("source1/100");
        var (listener, runner) = (Listening(), counting.Runner());
        await Finish(runner, listener);
        Assert.Equal(["source1/100!", "source/2", "source/4!"], Taken());
        Assert.Equal(2, await counting.Ask<long>("select count(*) from platform.held_events where state = 'retrying'"));
        for (var i = 0; i <= ListenerRunner.MostTries; i++)
        {
            counting.Time.Advance(TimeSpan.FromMinutes(3));
            await Finish(runner, listener);
        }

        Assert.Equal(
            [(1L, SampleModule.Moved.Name, "source1", 3L), (5L, SampleModule.Moved.Name, "source0", 1L)],
            (await counting.Parked.List()).Select(p => (p.Number, p.Type, p.Key, p.Waiting)).Order()
        );
        poison.Clear();
        _ = Taken();
        Assert.True(await counting.Parked.Replay(listener.Name, 5));
        await Finish(runner, listener);
        Assert.Equal(["source/4", "source/8"], Taken());
        Assert.True(await counting.Parked.Skip(listener.Name, 1));
        await Finish(runner, listener);
        Assert.Equal(["source/1", "source/5", "source/7"], Taken());
        Assert.Equal(9, await counting.Ask<long>("select position from platform.listeners"));
    }

    [Fact]
    public async Task When_everything_fails_nothing_new_is_begun_until_it_is_over()
    {
        var keys = Enumerable.Range(1, ListenerRunner.MostRetrying + 20).Select(i => $"k{i}").ToList();
        foreach (var key in keys)
            poison.Add($"{key}/0");
        await Tell([.. keys.Select(key => sample.Event(key, 0))]);
        var (listener, runner) = (Listening(), sample.Runner());
        await runner.Turn(listener, default);
        await runner.Turn(listener, default);
        Assert.Equal(ListenerRunner.MostRetrying, handled.Count);
        poison.Clear();
        _ = Taken();
        sample.Time.Advance(TimeSpan.FromSeconds(1));
        await Finish(runner, listener);
        Assert.Equal(keys.Select(key => $"{key}/0"), Taken());
    }

    [Fact]
    public async Task An_event_that_is_held_behind_one_that_was_skipped_meanwhile_has_its_turn_all_the_same()
    {
        poison.Add("a/1");
        await Tell(1);
        var runner = sample.Runner();
        await Park(runner, Listening());
        _ = Taken();
        await Tell(sample.Event("b", 2), sample.Event("a", 3));
        var number = (await sample.Parked.List()).Single().Number;
        var skipping = Listening(handle: async stored =>
        {
            if (SampleModule.Text(stored) == "b/2")
                Assert.True(await sample.Parked.Skip("sample.listener", number));
        });
        await Finish(runner, skipping);
        Assert.Equal(["b/2", "a/3"], Taken());
        Assert.Equal(0, await sample.Ask<long>("select count(*) from platform.held_events"));
    }

    [Fact]
    public async Task An_event_that_takes_too_long_has_failed()
    {
        await Tell(1);
        var hanging = Listening(handle: _ => new TaskCompletionSource().Task) with { Patience = TimeSpan.FromSeconds(0.2) };
        await sample.Runner().Turn(hanging, default);
        Assert.Equal("It took longer than 0.2 s.", await sample.Ask<string>("select error from platform.held_events"));
    }

    /// <summary>The numbers are those of the places.</summary>
    Task Tell(int count) => Tell([.. Enumerable.Range(handled.Count + 1, count).Select(i => sample.Event("a", i))]);

    async Task Tell(params NewEvent[] events)
    {
        await sample.Tell(events);
        while (await sample.Relay().Step(default)) { }
    }

    Listener Listening(
        string name = "sample.listener",
        string[]? types = null,
        ListenerStart start = ListenerStart.FirstEvent,
        Func<StoredEvent, Task>? handle = null
    ) =>
        new(
            name,
            types,
            async (_, stored, _) =>
            {
                var text = SampleModule.Text(stored);
                handled.Enqueue(poison.Contains(text) ? text + "!" : text);
                if (poison.Contains(text))
                    throw new InvalidOperationException("poison");
                await (handle?.Invoke(stored) ?? Task.CompletedTask);
            },
            start
        );

    static async Task Finish(ListenerRunner runner, Listener listener)
    {
        while (await runner.Turn(listener, default)) { }
    }

    async Task Park(ListenerRunner runner, Listener listener)
    {
        for (var i = 0; i <= ListenerRunner.MostTries && (await sample.Parked.List()).Count == 0; i++)
        {
            await Finish(runner, listener);
            sample.Time.Advance(TimeSpan.FromMinutes(3));
        }

        Assert.Single(await sample.Parked.List());
    }

    List<string> Taken()
    {
        var taken = handled.ToList();
        handled.Clear();
        return taken;
    }
}
