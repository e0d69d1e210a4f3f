using Hazina.Platform.Events;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Platform.Tests.Events;

public sealed class OldEventsTests : IAsyncLifetime
{
    SampleModule sample = null!;

    public async ValueTask InitializeAsync()
    {
        sample = await SampleModule.CreateAsync();
        // Nine events, a hundred days apart: by the clock of these tests the last is of today.
        await sample.Execute(
            """
            insert into platform.events (number, id, type, book, key, is_public, occurred_at, data)
            select n, gen_random_uuid(), 'sample.thing.moved.v1', 'live', 'a', true, '2026-03-01 09:00Z'::timestamptz - (9 - n) * interval '100 days', '{}'
              from generate_series(1, 9) n;
            insert into platform.listeners (name, position) values ('sample.quick', 9), ('sample.slow', 4);
            """
        );
    }

    public ValueTask DisposeAsync() => sample.DisposeAsync();

    [Fact]
    public async Task They_go_after_their_time_and_behind_every_listener_alone()
    {
        await sample.Execute("update platform.listeners set position = 2 where name = 'sample.slow'");
        await Sweep(400);
        Assert.Equal("3,4,5,6,7,8,9", await Left()); // the slow one has not had the third
        await sample.Execute("update platform.listeners set position = 9");
        await Sweep(400);
        Assert.Equal("5,6,7,8,9", await Left()); // the fifth is of that day
        await sample.Execute(
            """
            insert into platform.held_events (listener, number, key, type, state, tries, error, held_at)
            values ('sample.slow', 5, 'a', 'sample.thing.moved.v1', 'parked', 8, 'it broke', now())
            """
        );
        await Sweep(300);
        Assert.Equal("5,6,7,8,9", await Left()); // the fifth is held, the sixth is of that day
        await Sweep(299);
        Assert.Equal("5,7,8,9", await Left());
        await sample.Execute("delete from platform.held_events");
        await Sweep(299);
        Assert.Equal("7,8,9", await Left());
        await Sweep(0);
        Assert.Equal("7,8,9", await Left());
    }

    [Fact]
    public async Task Without_a_listener_they_stay()
    {
        await sample.Execute("delete from platform.listeners");
        await Sweep(90);
        Assert.Equal("1,2,3,4,5,6,7,8,9", await Left());
    }

    [Fact]
    public async Task The_database_lets_nobody_take_a_fresh_one_away()
    {
        await sample.Execute("update platform.listeners set position = 10");
        await sample.Execute(
            """
            insert into platform.events (number, id, type, book, key, is_public, occurred_at, data)
            values (10, gen_random_uuid(), 'sample.thing.moved.v1', 'live', 'a', true, now() - interval '80 days', '{}')
            """
        );
        await using var connection = await sample.Database.Writer("platform").OpenConnectionAsync();
        await using var command = new NpgsqlCommand("delete from platform.events where number = 10", connection);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
        Assert.Equal(PostgresErrorCodes.RestrictViolation, refused.SqlState);
    }

    Task Sweep(int days) =>
        new OldEvents(sample.Database, Options.Create(new EventOptions { KeepDays = days }), sample.Time).Sweep(default);

    Task<string> Left() => sample.Ask<string>("select string_agg(number::text, ',' order by number) from platform.events");
}
