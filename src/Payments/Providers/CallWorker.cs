using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Providers;

/// <summary>
/// Sends calls as soon as they are committed, understands callbacks as soon as they have come, and asks after what nobody has heard of: in this process at
/// once, since it is nudged, and for others by looking. No two processes work on one thing, as long as both live; a slow vendor holds up nobody else's.
/// </summary>
sealed partial class CallWorker(
    CallBook book,
    CallDesk desk,
    Inbox inbox,
    CallBell bell,
    IOptions<RailOptions> options,
    TimeProvider time,
    ILogger<CallWorker> logger
) : BackgroundService
{
    const int AtOnce = 64;

    readonly ConcurrentDictionary<Guid, Task> running = new();

    /// <summary>Takes what is due a step further, and waits until it is done.</summary>
    /// <returns>How much there was.</returns>
    public async Task<int> RunDue(CancellationToken stop)
    {
        var started = await StartDue(AtOnce, stop);
        await Task.WhenAll(started);
        return started.Count;
    }

    /// <summary>Callbacks first: they save a question.</summary>
    async Task<IReadOnlyList<Task>> StartDue(int most, CancellationToken stop)
    {
        var heard = await inbox.Claim(most, options.Value.Lease, stop);
        var due = heard.Count < most ? await book.Claim(most - heard.Count, options.Value.Lease, stop) : [];
        return
        [
            .. heard.Select(callback => Start(callback.Id, () => inbox.Understand(callback, stop), stop)),
            .. due.Select(call => Start(call.Id, () => desk.Step(call, stop), stop)),
        ];
    }

    Task Start(Guid id, Func<Task> work, CancellationToken stop)
    {
        var task = Run(id, work, stop);
        running[id] = task;
        // It may have ended, and taken nothing away, before it was put there.
        if (task.IsCompleted)
            running.TryRemove(new KeyValuePair<Guid, Task>(id, task));
        return task;
    }

    async Task Run(Guid id, Func<Task> work, CancellationToken stop)
    {
        try
        {
            await Task.Yield();
            await work();
        }
        catch (Exception e)
        {
            // Whatever it is: this one waits until the claim runs out, and no other does.
            if (!stop.IsCancellationRequested)
                StepFailed(logger, e, id);
        }
        finally
        {
            running.TryRemove(id, out _);
            bell.Ring();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (AtOnce - running.Count is > 0 and var free && (await StartDue(free, stoppingToken)).Count > 0) { }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotRead(logger, e);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await Wait(stoppingToken);
        }

        // What was claimed and not ended is taken up again when the claim runs out.
        await Task.WhenAll(running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Until there is something to do, or it is time to look.</summary>
    async Task Wait(CancellationToken stop)
    {
        using var timer = new CancellationTokenSource(options.Value.LookEvery, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stop);
        try
        {
            await bell.Wait(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Time to look, or to stop.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The provider's call or callback {Id} got no further; it is tried again")]
    static partial void StepFailed(ILogger logger, Exception exception, Guid id);

    [LoggerMessage(Level = LogLevel.Error, Message = "Calls of providers could not be read")]
    static partial void NotRead(ILogger logger, Exception exception);
}
