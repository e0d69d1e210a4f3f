namespace Hazina.Ledger.Writing;

/// <summary>Postings waiting for the writer, bounded by their number. Whoever does not fit is told at once.</summary>
sealed class SubmissionQueue(int capacity) : IDisposable
{
    readonly Lock gate = new();
    readonly Queue<Item> items = new();
    readonly ManualResetEventSlim arrived = new(false);
    int weight;
    bool closed,
        isNudged;

    /// <summary>Postings waiting.</summary>
    public int Count => Volatile.Read(ref weight);

    public bool IsClosed => Volatile.Read(ref closed);

    /// <summary>False when the queue is full, or closed.</summary>
    public bool TryAdd(Submission submission)
    {
        lock (gate)
        {
            if (closed || weight + submission.Postings.Count > capacity)
                return false;
            weight += submission.Postings.Count;
            if (submission.Bulk is not null)
            {
                items.Enqueue(new Item(submission, 0));
            }
            else
            {
                for (var i = 0; i < submission.Postings.Count; i++)
                    items.Enqueue(new Item(submission, i));
            }
        }

        arrived.Set();
        return true;
    }

    /// <summary>Moves items to the batch until it stands for <paramref name="limit"/> postings; always at least one, if there is one.</summary>
    public void Take(List<Item> batch, int limit)
    {
        var taken = batch.Sum(i => i.Weight);
        lock (gate)
        {
            while (items.TryPeek(out var item) && (taken == 0 || taken + item.Weight <= limit))
            {
                items.Dequeue();
                batch.Add(item);
                taken += item.Weight;
                weight -= item.Weight;
            }

            // Who nudged after the writer had looked is still to be looked for.
            if (items.Count == 0 && !isNudged)
                arrived.Reset();
        }
    }

    /// <summary>Takes no more; what is in it is still served.</summary>
    public void Close()
    {
        lock (gate)
            closed = true;
        arrived.Set();
    }

    /// <summary>Waits until there is something to do, or the time is over. The caller looks then, also for whoever has nudged.</summary>
    public void Wait(TimeSpan atMost, CancellationToken stop)
    {
        try
        {
            arrived.Wait(atMost, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopping: the caller looks.
        }

        lock (gate)
            isNudged = false;
    }

    public void Dispose() => arrived.Dispose();

    /// <summary>Lets a waiting writer look again.</summary>
    public void Nudge()
    {
        lock (gate)
        {
            isNudged = true;
            arrived.Set();
        }
    }
}
