using Hazina.Ledger.Decisions;
using Hazina.Ledger.Writing;
using Microsoft.Extensions.Logging;

namespace Hazina.Ledger;

/// <summary>The writer's thread.</summary>
public sealed partial class Journal
{
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    void Run()
    {
        var pause = TimeSpan.Zero;
        try
        {
            while (!stopping.IsCancellationRequested && !(queue.IsClosed && !writer.HasWork))
            {
                try
                {
                    Step();
                    pause = TimeSpan.Zero;
                }
                catch (StoreLostException e)
                {
                    pause =
                        pause == TimeSpan.Zero ? TimeSpan.FromMilliseconds(20)
                        : pause * 2 < LongestPause ? pause * 2
                        : LongestPause;
                    Lost(logger, pause.TotalMilliseconds, e);
                    stopping.Token.WaitHandle.WaitOne(pause);
                }
            }
        }
        catch (Exception e)
        {
            // The process is wrong about the books, or its clock is: it must not write on.
            Stopped(logger, e);
            Volatile.Write(ref failure, e);
        }
        finally
        {
            writer.Abandon();
            waiters.Abandon();
            stopped.TrySetResult();
        }
    }

    void Step()
    {
        if (writer.State is null)
            writer.Ready();
        if (!writer.HasWork)
        {
            queue.Wait(writer.UntilOwnWork(options.FollowEvery), stopping.Token);
            if (queue.Count == 0)
                writer.Follow();
        }

        writer.RunTurn();
    }

    [LoggerMessage(2201, LogLevel.Warning, "PostgreSQL is out of reach; next try in {Pause} ms. Postings wait meanwhile")]
    static partial void Lost(ILogger logger, double pause, Exception e);

    [LoggerMessage(2202, LogLevel.Critical, "The ledger has stopped")]
    static partial void Stopped(ILogger logger, Exception e);

    /// <summary>Readers who were told a batch number that this process has not seen yet.</summary>
    sealed class BatchWaiters
    {
        readonly Lock gate = new();
        readonly PriorityQueue<TaskCompletionSource, long> waiting = new();

        public Task For(long batch)
        {
            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (gate)
                waiting.Enqueue(waiter, batch);
            return waiter.Task;
        }

        public void Reached(long batch)
        {
            lock (gate)
            {
                while (waiting.TryPeek(out var waiter, out var wanted) && wanted <= batch)
                {
                    waiting.Dequeue();
                    waiter.TrySetResult();
                }
            }
        }

        public void Abandon()
        {
            lock (gate)
            {
                while (waiting.TryDequeue(out var waiter, out _))
                    waiter.TrySetCanceled();
            }
        }
    }
}
