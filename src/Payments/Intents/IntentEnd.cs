using Hazina.Ledger;
using Hazina.Payments.Providers;

namespace Hazina.Payments.Intents;

/// <summary>
/// The end of an intent that comes to nothing: what is held is let go, what no rail has heard of is not asked for, and what still comes is given back.
/// </summary>
sealed class IntentEnd(CallBook book)
{
    /// <param name="id">Of the ledger's transaction.</param>
    public async ValueTask<IntentMove> Of(Intent now, Guid id, CancellationReason reason, CancellationToken stop)
    {
        var dropped = new List<AlongsideRow>();
        foreach (var leg in now.Legs.Where(l => l is { IsWallet: false, State: LegStatus.Pending, AskedAt: not null }))
        {
            if (await book.Find(leg.CallId, stop) is { HasNeverLeft: true } call)
                dropped.Add(CallBook.SaveRow(call with { Status = CallStatus.Cancelled, NextAt = null }));
        }

        return new IntentMove(now, now.Canceled(reason), id) { Also = dropped };
    }
}
