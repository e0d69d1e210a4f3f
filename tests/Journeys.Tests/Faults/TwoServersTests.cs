using Hazina.Testing;
using Npgsql;

namespace Hazina.Journeys.Tests.Faults;

/// <summary>Two servers on one database, with callers at both: one of them is killed or frozen, and nobody is told anything that is not so.</summary>
[Collection(FaultCollection.Name)]
public sealed class TwoServersTests(ITestOutputHelper output) : IDisposable
{
    static readonly TimeSpan Round = TimeSpan.FromSeconds(15),
        LongRound = TimeSpan.FromSeconds(60);

    readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Killed_again_and_again_every_answer_is_kept_once()
    {
        var (round, started) = (0, TimeProvider.System.GetTimestamp());
        do
        {
            await KillAsync(round++, LongRun.Asked ? LongRound : Round);
        } while (TimeProvider.System.GetElapsedTime(started) < LongRun.Duration);
    }

    async Task KillAsync(int round, TimeSpan duration)
    {
        var seed = Seeds.Next(round, output);
        var random = new Random(seed);
        await using var database = await HazinaDatabase.CreateAsync();
        await using var first = Seat("first", round, database);
        await using var second = Seat("second", round, database);
        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        await using var town = await Town.FoundAsync([first, second], "--database", database.ConnectionString);
        town.Start(callers: 8, seed);

        var (started, kills) = (TimeProvider.System.GetTimestamp(), 0);
        for (; TimeProvider.System.GetElapsedTime(started) < duration; kills++)
        {
            var (victim, other) = random.Next(2) == 0 ? (first, second) : (second, first);
            await town.Crowd.HearsAsync(victim, random.Next(1, 300));
            await victim.KillAsync();
            await town.Crowd.HearsAsync(other, random.Next(1, 100));
            await victim.StartAsync();
        }

        output.WriteLine($"{kills} kills: {await town.ReckonAsync(database.ConnectionString)}");
    }

    [Fact]
    public async Task Frozen_with_the_turn_one_is_passed_by_and_goes_on_when_it_wakes()
    {
        var seed = Seeds.Next(0, output);
        await using var database = await HazinaDatabase.CreateAsync();
        await using var first = Seat("first", 0, database);
        await using var second = Seat("second", 0, database);
        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        await using var town = await Town.FoundAsync([first, second], "--database", database.ConnectionString);
        town.Start(callers: 8, seed);

        for (var i = 0; i < 2; i++)
        {
            await FreezeWithTurnAsync(town.Crowd, first, second, database.ConnectionString);
            await first.SignalAsync("CONT");
            await Task.WhenAll(town.Crowd.HearsAsync(first, 20), town.Crowd.HearsAsync(second, 20));
        }

        output.WriteLine(await town.ReckonAsync(database.ConnectionString));
    }

    /// <summary>Freezes the one until that happens while it has the turn, and sees the other go on all the same.</summary>
    async Task FreezeWithTurnAsync(Crowd crowd, Seat frozen, Seat other, string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        for (var tries = 1; ; tries++)
        {
            Assert.True(tries < 200, "It was never frozen with the turn.");
            await crowd.HearsAsync(frozen, 1 + (tries % 7));
            await frozen.SignalAsync("STOP");
            var (before, at) = (other.Answered, TimeProvider.System.GetTimestamp());
            var holds = false;
            await Eventually.TrueAsync(
                async () => (holds = await IsHeldInSilenceAsync(source)) || other.Answered > before + 20,
                "a turn that is held, or the other's answers"
            );
            if (holds)
            {
                before = other.Answered;
                await Eventually.TrueAsync(() => other.Answered > before, "an answer while the holder of the turn is frozen");
                var took = TimeProvider.System.GetElapsedTime(at);
                output.WriteLine($"Frozen with the turn at try {tries}; the other went on after {took.TotalSeconds:0.0} s");
                Assert.True(took < TimeSpan.FromSeconds(10), $"It took the other {took} to go on.");
                return;
            }

            await frozen.SignalAsync("CONT");
        }
    }

    static async Task<bool> IsHeldInSilenceAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand(SilentHolderSql);
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    Seat Seat(string name, int round, TestDatabase database) =>
        new(name, folder.Inside($"{name}-{round}"), "--database", Seeds.AppOf(database.ConnectionString));

    public void Dispose() => folder.Dispose();

    const string SilentHolderSql = """
        select exists (
            select from pg_locks as l join pg_stat_activity as a on a.pid = l.pid
            where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database where datname = current_database())
              and a.state like 'idle%' and a.state_change < clock_timestamp() - interval '1 second')
        """;
}
