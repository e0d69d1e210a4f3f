namespace Hazina.Bench;

/// <summary>
/// How long a posting takes when the ledger is busy and not overrun: the callers of <see cref="Singles"/> find their peak, then post half as
/// much a second, at moments that were set before.
/// </summary>
sealed class HalfRate() : Postings("half-rate", "64 callers with one posting a call, at half their peak", callers: 64)
{
    public override Task<ICaller> Connect(int number, CancellationToken stop) => Task.FromResult(Singles.CallerOf(Books, number));

    public override async Task<Run> Drive(IReadOnlyList<ICaller> callers, TimeSpan time, CancellationToken stop)
    {
        var peak = await Load.Drive(callers, time / 2, stop);
        var paced = await Load.Pace(callers, peak.Value / 2, time, stop);
        return paced with { Transfers = peak.Transfers + paced.Transfers };
    }
}
