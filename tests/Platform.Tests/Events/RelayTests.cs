using Hazina.Platform.Events;
using Npgsql;

namespace Hazina.Platform.Tests.Events;

/// <summary>From the outboxes and sources into the log: once, in order.</summary>
public sealed class RelayTests
{
    [Fact]
    public async Task An_event_is_told_when_its_fact_is_committed_and_not_otherwise()
    {
        await using var sample = await SampleModule.CreateAsync();
        var relay = sample.Relay();
        var given_up = await sample.BeginMove("b", 9);
        await sample.Move("a", 1);
        var connection = given_up.Connection!;
        await given_up.RollbackAsync();
        await connection.DisposeAsync();
        await sample.Move("a", 2);
        Assert.True(await relay.Step(default));
        Assert.Equal(["1 a/1", "2 a/2"], await sample.Told());
        Assert.Equal(0, await sample.Waiting());
        Assert.False(await relay.Step(default));
    }

    [Fact]
    public async Task A_transaction_that_began_early_and_committed_late_is_told_all_the_same()
    {
        await using var sample = await SampleModule.CreateAsync();
        var relay = sample.Relay();
        var late = await sample.BeginMove("late", 1); // took the first place in the outbox's sequence
        for (var i = 1; i <= 3; i++)
        {
            await sample.Move("a", i);
            Assert.True(await relay.Step(default)); // and does not hold up the others either
        }

        Assert.Equal(["1 a/1", "2 a/2", "3 a/3"], await sample.Told());
        await SampleModule.Commit(late);
        Assert.True(await relay.Step(default));
        Assert.Equal(["1 a/1", "2 a/2", "3 a/3", "4 late/1"], await sample.Told());
    }

    [Fact]
    public async Task Events_of_a_key_keep_the_order_in_which_their_facts_were_committed()
    {
        await using var sample = await SampleModule.CreateAsync();
        var relay = sample.Relay();
        using var stop = new CancellationTokenSource();
        var relaying = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await relay.Step(default);
        });
        // Transactions of one key wait for each other at its row; some got their transaction id long before, by another key.
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async caller =>
                {
                    for (var i = 0; i < 25; i++)
                        await SampleModule.Commit(await MoveAfterAnother(sample, $"own{caller}", i));
                })
        );
        await stop.CancelAsync();
        await relaying;
        while (await relay.Step(default)) { }

        var told = await sample.Told();
        Assert.Equal(400, told.Count);
        Assert.Equal(Enumerable.Range(1, 400), told.Select(t => int.Parse(t.Split(' ')[0])));
        var ofOneKey = told.Where(t => t.Contains(" shared/", StringComparison.Ordinal)).Select(t => int.Parse(t.Split('/')[1]));
        Assert.Equal(Enumerable.Range(1, 200), ofOneKey);
    }

    /// <summary>Moves one thing of its own, then counts on the one that everybody moves.</summary>
    static async Task<NpgsqlTransaction> MoveAfterAnother(SampleModule sample, string own, int place)
    {
        var transaction = await sample.BeginMove(own, place);
        await using var count = new NpgsqlCommand(CountOwnerSql, transaction.Connection, transaction);
        var next = (int)(await count.ExecuteScalarAsync())!;
        await Outbox.Write(transaction, sample.Event("shared", next));
        return transaction;
    }

    [Fact]
    public async Task Two_processes_that_relay_at_once_tell_each_event_once()
    {
        await using var sample = await SampleModule.CreateAsync(new CountingSource(1_000));
        using var stop = new CancellationTokenSource();
        var relaying = Enumerable
            .Range(0, 3)
            .Select(_ => sample.Relay())
            .Select(relay =>
                Task.Run(async () =>
                {
                    while (!stop.IsCancellationRequested)
                        await relay.Step(default);
                })
            )
            .ToList();
        for (var i = 1; i <= 150; i++)
            await sample.Move("a", i);
        await Hazina.Testing.Eventually.TrueAsync(async () => await sample.Log.Last(default) == 1_150, "all is told");
        await stop.CancelAsync();
        await Task.WhenAll(relaying);

        var told = await sample.Told();
        Assert.Equal(told.Count, told.Select(t => t.Split(' ')[0]).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 150).Select(i => $"a/{i}"), told.Select(t => t.Split(' ')[1]).Where(t => t[0] == 'a'));
        Assert.Equal(CountingSource.Rows(1_000).Select(i => $"source/{i}"), told.Select(t => t.Split(' ')[1]).Where(t => t[0] == 's'));
    }

    [Fact]
    public async Task Dying_before_the_commit_tells_nothing_and_dying_after_it_nothing_twice()
    {
        await using var sample = await SampleModule.CreateAsync(new CountingSource(3));
        var relay = sample.Relay();
        await sample.Move("a", 1);
        await using (await sample.Break("platform.event_numbers", "update"))
            await Assert.ThrowsAsync<PostgresException>(() => relay.Step(default));
        Assert.Empty(await sample.Told());

        await using (await sample.Break("sample.outbox", "delete"))
            await Assert.ThrowsAsync<PostgresException>(() => relay.Step(default));
        Assert.Equal(["1 a/1", "2 source/1", "3 source/2"], await sample.Told());
        Assert.Equal(1, await sample.Waiting());

        await sample.Move("a", 2);
        Assert.True(await sample.Relay().Step(default));
        // 4 is the source's third row, which is no event.
        Assert.Equal(["1 a/1", "2 source/1", "3 source/2", "5 a/2"], await sample.Told());
        Assert.Equal(0, await sample.Waiting());
    }

    [Fact]
    public async Task A_source_that_cannot_be_read_holds_back_nobody_else()
    {
        await using var sample = await SampleModule.CreateAsync(new BrokenSource());
        await sample.Move("a", 1);
        Assert.True(await sample.Relay().Step(default));
        Assert.Equal(["1 a/1"], await sample.Told());
    }

    [Fact]
    public async Task More_than_a_page_is_told_in_several_steps()
    {
        await using var sample = await SampleModule.CreateAsync();
        await sample.Tell([.. Enumerable.Range(1, EventRelay.MostOfAnOutbox + 1).Select(i => sample.Event("a", i))]);
        var relay = sample.Relay();
        Assert.True(await relay.Step(default));
        Assert.Equal(1, await sample.Waiting());
        Assert.True(await relay.Step(default));
        Assert.Equal(Enumerable.Range(1, EventRelay.MostOfAnOutbox + 1).Select(i => $"{i} a/{i}"), await sample.Told());
    }

    [Fact]
    public async Task What_was_told_cannot_be_changed_by_the_program()
    {
        await using var sample = await SampleModule.CreateAsync();
        await using var connection = await sample.Database.Writer("platform").OpenConnectionAsync();
        const string told = """
            insert into platform.events (number, id, type, key, is_public, occurred_at, data)
            values (1, gen_random_uuid(), 'sample.thing.moved.v1', 'a', false, now(), '{}')
            """;
        await using (var tell = new NpgsqlCommand(told, connection))
            await tell.ExecuteNonQueryAsync();
        await using (var take = new NpgsqlCommand("delete from platform.events", connection))
        {
            var kept = await Assert.ThrowsAsync<PostgresException>(() => take.ExecuteNonQueryAsync());
            Assert.Equal(PostgresErrorCodes.RestrictViolation, kept.SqlState);
        }

        foreach (
            var sql in (string[])
                ["update platform.events set key = 'x'", "update platform.event_runs set shift = 0", "delete from platform.event_runs"]
        )
        {
            await using var command = new NpgsqlCommand(sql, connection);
            var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    [Fact]
    public async Task A_module_tells_its_own_events_only()
    {
        await using var sample = await SampleModule.CreateAsync();
        var foreign = new EventType<ThingMoved>("other.thing.moved.v1", "Not ours.").Of(
            "live",
            "a",
            DateTimeOffset.UnixEpoch,
            new ThingMoved("a", 1)
        );
        await Assert.ThrowsAsync<ArgumentException>(() => sample.Tell(sample.Event("a", 1), foreign));
    }

    sealed class BrokenSource() : EventSource("sample.broken")
    {
        public override Task<EventRun?> Next(long after, CancellationToken cancellation) => throw new InvalidOperationException("no luck");

        public override Task<DerivedEvents> Read(EventSelection selection, CancellationToken cancellation) =>
            throw new InvalidOperationException("no luck");
    }

    const string CountOwnerSql = """
        insert into sample.things (key, place) values ('shared', 1)
        on conflict (key) do update set place = sample.things.place + 1 returning place
        """;
}
