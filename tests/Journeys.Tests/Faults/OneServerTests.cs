using Hazina.Platform.Postgres.Embedded;
using Hazina.Testing;

namespace Hazina.Journeys.Tests.Faults;

/// <summary>One server with a database of its own, as a person starts it.</summary>
[Collection(FaultCollection.Name)]
public sealed class OneServerTests(ITestOutputHelper output) : IDisposable
{
    readonly TemporaryFolder folder = new();

    string Data => folder.Inside("data");

    [Fact]
    public async Task Whether_it_or_its_database_is_killed_or_it_is_stopped_nothing_that_was_answered_is_lost()
    {
        var seed = Seeds.Next(0, output);
        var random = new Random(seed);
        await using var server = new Seat("only", Data);
        await server.StartAsync();
        await using var town = await Town.FoundAsync([server], "--data", Data);
        town.Start(callers: 6, seed);
        await town.Crowd.HearsAsync(server, random.Next(20, 200));
        await Processes.KillAllInAsync(Path.Combine(Data, "postgres", "cluster"));
        await town.Crowd.HearsAsync(server, 20);

        for (var i = 0; i < 2; i++)
        {
            await town.Crowd.HearsAsync(server, random.Next(1, 200));
            await server.KillAsync();
            await server.StartAsync();
        }

        await town.Crowd.HearsAsync(server, 20);
        await town.Crowd.SettleAsync();
        await town.ReplaceCrowdAsync();
        await StopUnderLoadAsync(town, server, seed + 100);

        await server.StartAsync();
        output.WriteLine(await InDatabaseAsync(owner => town.ReckonAsync(owner)));
        Assert.Equal(0, await server.StopAsync());
        var verify = await HazinaProcess.RunAsync(Data, "ledger", "verify");
        Assert.True(verify.ExitCode == 0, verify.Output + verify.Errors);
    }

    /// <summary>What was accepted is answered, so what was not answered is nowhere.</summary>
    async Task StopUnderLoadAsync(Town town, Seat server, int seed)
    {
        town.Start(callers: 6, seed);
        await town.Crowd.HearsAsync(server, 100);
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await server.StopAsync());
        await town.Crowd.StopAsync();
        output.WriteLine(
            $"Stopped in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s, {town.Crowd.Open.Count} requests were not accepted"
        );
        var found = await InDatabaseAsync(owner => Reckoning.FoundAsync(owner, town.Crowd.Open));
        Assert.True(found.Count == 0, $"Recorded, and nobody was told: {string.Join(", ", found)}");
    }

    async Task<T> InDatabaseAsync<T>(Func<string, Task<T>> work)
    {
        await using var session = await EmbeddedSession.OpenAsync(
            new EmbeddedPostgresOptions { DataFolder = Data, BinariesFolder = TestPostgres.BinariesFolder },
            CancellationToken.None
        );
        return await work(session.ConnectionString);
    }

    public void Dispose() => folder.Dispose();
}
