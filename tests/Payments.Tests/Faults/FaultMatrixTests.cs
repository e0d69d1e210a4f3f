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
        var (started, seed) = (TimeProvider.System.GetTimestamp(), LongRun.Asked ? LongRun.Seed() : Usual);
        var random = new Random(seed);
        var (count, died) = (0, 0);
        var cells = Cell.Pairwise(random);
        do
        {
            output.WriteLine($"Seed {seed}, from life {count} on");
            var places = CrashPoints.All.ToArray();
            random.Shuffle(places);
            var wave = await Wave.Prepare(server);
            var deaths = new Deaths(server, wave);
            await deaths.Run(cells, places, random, LongRun.Asked ? AtMostLong : AtMost);
            var aftermath = new Aftermath(wave);
            await aftermath.Hold();
            Assert.Equal(places.Length, deaths.Count);
            var broken = wave.Lives.Where(l => l.HasBrokenOff).ToList();
            Assert.Equal(
                CrashPoints.All.Order(StringComparer.Ordinal),
                broken.Select(l => l.Cell.Place).Distinct().Order(StringComparer.Ordinal)
            );
            (count, died) = (count + wave.Lives.Count, died + deaths.Count);
            output.WriteLine(
                $"{count} lives; of the last {wave.Lives.Count} {broken.Count} broke off, {wave.Lives.Count(l => l.ReversalId is not null)} went back; "
                    + $"the server ended {died} times and was back after {deaths.Slowest.TotalSeconds:0.0} s at most; {aftermath.Found} came by statement"
            );
            cells = [.. Enumerable.Range(0, Long).Select(_ => Cell.Of(random.Next()))];
        } while (TimeProvider.System.GetElapsedTime(started) < LongRun.Duration);
    }
}
