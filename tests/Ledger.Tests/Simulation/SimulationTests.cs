namespace Hazina.Ledger.Tests.Simulation;

public sealed class SimulationTests
{
    [Fact]
    public void Whatever_fails_nothing_acknowledged_is_lost_and_nothing_is_done_twice() =>
        Effort.TrySeeds(2_000, seed => new Run(seed).Go());
}
