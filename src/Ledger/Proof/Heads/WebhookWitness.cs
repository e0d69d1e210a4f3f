using System.Net.Http.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Hazina.Ledger.Proof.Heads;

/// <summary>Posts signed heads to somebody outside. Nobody waits for it; while it cannot be reached only the newest head is kept for it.</summary>
sealed partial class WebhookWitness : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    readonly Channel<SignedHead> heads = Channel.CreateBounded<SignedHead>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest }
    );
    readonly HttpClient client = new() { Timeout = Patience };
    readonly CancellationTokenSource stopping = new();
    readonly Uri address;
    readonly TimeProvider clock;
    readonly ILogger logger;
    readonly Task sending;
    int disposed;

    public WebhookWitness(Uri address, TimeProvider clock, ILogger logger)
    {
        (this.address, this.clock, this.logger) = (address, clock, logger);
        sending = Task.Run(SendAll);
    }

    public void Send(SignedHead head) => heads.Writer.TryWrite(head);

    /// <summary>Tries once more to send what is left, and ends.</summary>
    public async Task Stop(CancellationToken cancel)
    {
        heads.Writer.TryComplete();
        stopping.CancelAfter(Patience);
        await sending.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Also a second time, as containers do.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        stopping.Cancel();
        stopping.Dispose();
        client.Dispose();
    }

    async Task SendAll()
    {
        await foreach (var first in heads.Reader.ReadAllAsync(CancellationToken.None))
        {
            var head = first;
            for (var pause = TimeSpan.FromSeconds(1); !await TrySend(head); pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                try
                {
                    await Task.Delay(pause, clock, stopping.Token);
                }
                catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
                {
                    return;
                }

                while (heads.Reader.TryRead(out var newer))
                    head = newer;
            }
        }
    }

    async Task<bool> TrySend(SignedHead head)
    {
        try
        {
            using var answer = await client.PostAsJsonAsync(address, head, ProofJson.Options, stopping.Token);
            if (answer.IsSuccessStatusCode)
                return true;
            NotTaken(logger, head.Batch, $"it answers {(int)answer.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            NotTaken(logger, head.Batch, e.Message);
        }

        return false;
    }

    [LoggerMessage(2306, LogLevel.Warning, "The webhook did not take the head of batch {Batch}: {Reason}; it is tried again")]
    static partial void NotTaken(ILogger logger, long batch, string reason);
}
