using System.Net;
using Hazina.Testing;

namespace Hazina.Journeys.Tests.Faults;

/// <summary>The database dies under two servers that go on asking for it.</summary>
[Collection(FaultCollection.Name)]
public sealed class PostgresTests(ITestOutputHelper output) : IDisposable
{
    const int Usual = 3;
    static readonly TimeSpan AtMost = TimeSpan.FromMinutes(10);

    readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Killed_under_load_the_database_loses_nothing_and_its_servers_go_on_by_themselves()
    {
        var seed = Seeds.Next(0, output);
        var random = new Random(seed);
        await using var postgres = await MortalPostgres.StartAsync();
        await using var first = Seat("first", postgres);
        await using var second = Seat("second", postgres);
        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        Seat[] seats = [first, second];
        var processes = seats.Select(s => s.ProcessId).ToArray();
        await using var town = await Town.FoundAsync(seats, "--database", postgres.OwnerConnectionString);
        town.Start(callers: 8, seed);

        var (started, kills) = (TimeProvider.System.GetTimestamp(), 0);
        for (; kills < Usual || TimeProvider.System.GetElapsedTime(started) < Min(LongRun.Duration, AtMost); kills++)
        {
            await town.Crowd.HearsAsync(seats[kills % 2], random.Next(1, 300));
            await postgres.KillAsync();
            await ReadyAsync(seats, HttpStatusCode.ServiceUnavailable);
            await postgres.ReviveAsync();
            await ReadyAsync(seats, HttpStatusCode.OK);
            await Task.WhenAll(seats.Select(seat => town.Crowd.HearsAsync(seat, 5)));
        }

        output.WriteLine($"{kills} kills: {await town.ReckonAsync(postgres.OwnerConnectionString)}");
        Assert.Equal(processes, seats.Select(s => s.ProcessId));
    }

    static Task ReadyAsync(Seat[] seats, HttpStatusCode expected) =>
        Task.WhenAll(
            seats.Select(seat =>
                Eventually.TrueAsync(async () => await seat.ReadyAsync() == expected, $"server {seat.Name} says {expected}")
            )
        );

    static TimeSpan? Min(TimeSpan? duration, TimeSpan most) => duration > most ? most : duration;

    Seat Seat(string name, MortalPostgres postgres) =>
        new(name, folder.Inside(name), "--database", Seeds.AppOf(postgres.OwnerConnectionString));

    public void Dispose() => folder.Dispose();
}
