using System.Threading.Channels;

namespace Hazina.Payments.Providers;

/// <summary>Rung by whoever has left work for the <see cref="CallWorker"/> of this process; rung twice is rung once.</summary>
sealed class CallBell
{
    readonly Channel<bool> rings = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    /// <summary>There is something to do. After the commit, not before it.</summary>
    public void Ring() => rings.Writer.TryWrite(true);

    public ValueTask<bool> Wait(CancellationToken stop) => rings.Reader.ReadAsync(stop);
}
