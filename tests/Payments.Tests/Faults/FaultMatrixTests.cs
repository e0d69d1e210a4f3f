using Hazina.Payments.Providers;

namespace Hazina.Payments.Tests.Faults;

/// <summary>
/// Every rail, whatever money goes over it for, whatever its vendor does, wherever the work breaks off and the server ends: in the end the books of both
/// sides agree to the cent, each customer was charged once or not at all, and nothing is stuck.
/// </summary>
public sealed class FaultMatrixTests(MortalServer server, ITestOutputHelper output) : IClassFixture<MortalServer>
{
    const int Usual = 20261122,
        AtMost = 300,
        Long = 400,
        AtMostLong = 800;

    [Fact]
    public async Task Whatever_a_vendor_does_and_wherever_the_server_ends_each_is_charged_once_or_not_at_all()
    {
        var (started, seed) = (TimeProvider.System.GetTimestamp(), LongRun.Asked ? Random.Shared.Next() : Usual);
        var random = new Random(seed);
        var aftermath = new Aftermath(server, await server.Someone("user", "operations"), await server.Someone("user", "operations"));
        var (count, deaths) = (0, 0);
        var cells = Cell.Pairwise(random);
        do
        {
            output.WriteLine($"Seed {seed}, from life {count} on");
            var places = CrashPoints.All.ToArray();
            random.Shuffle(places);
            var wave = await Wave.Prepare(server);
            await wave.Run(cells, places, random, LongRun.Asked ? AtMostLong : AtMost);
            await aftermath.Hold(wave);
            Assert.Equal(places.Length, wave.Deaths);
            var broken = wave.Lives.Where(l => l.HasBrokenOff).ToList();
            Assert.Equal(
                CrashPoints.All.Order(StringComparer.Ordinal),
                broken.Select(l => l.Cell.Place).Distinct().Order(StringComparer.Ordinal)
            );
            (count, deaths) = (count + wave.Lives.Count, deaths + wave.Deaths);
            output.WriteLine(
                $"{count} lives, of the last {wave.Lives.Count} {broken.Count} broke off; the server ended {deaths} times and was back after "
                    + $"{wave.Slowest.TotalSeconds:0.0} s at most; {aftermath.Found} came by statement"
            );
            cells = [.. Enumerable.Range(0, Long).Select(_ => Cell.Of(random.Next()))];
        } while (TimeProvider.System.GetElapsedTime(started) < LongRun.Duration);
    }
}
