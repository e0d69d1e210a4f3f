using System.Collections.Concurrent;

namespace Hazina.Ledger.Writing;

/// <summary>Where the writer lets others work while it decides further: one thing after another, never two at once.</summary>
/// <remarks>With a thread of its own, as a commit must not wait because the pool is busy. Without one, work is done when it is waited for, so that a
/// simulation has one order only.</remarks>
sealed class Lane : IDisposable
{
    readonly BlockingCollection<Task> work = [];
    readonly Thread? thread;

    /// <param name="thread">The name of its thread; null: without one.</param>
    public Lane(string? thread)
    {
        if (thread is null)
            return;
        this.thread = new Thread(Run) { IsBackground = true, Name = thread };
        this.thread.Start();
    }

    public Task<T> Start<T>(Func<T> action)
    {
        var task = new Task<T>(action);
        work.Add(task);
        return task;
    }

    /// <summary>Waits for what was started, and everything before it.</summary>
    public T Wait<T>(Task<T> started)
    {
        DoWhatWaits();
        return started.GetAwaiter().GetResult();
    }

    /// <summary>Waits until nothing is under way, whatever came of it.</summary>
    public void Settle()
    {
        DoWhatWaits();
        var last = Start(() => true);
        DoWhatWaits();
        last.Wait();
    }

    public void Dispose()
    {
        work.CompleteAdding();
        thread?.Join();
        work.Dispose();
    }

    void DoWhatWaits()
    {
        while (thread is null && work.TryTake(out var task))
            task.RunSynchronously();
    }

    void Run()
    {
        foreach (var task in work.GetConsumingEnumerable())
            task.RunSynchronously();
    }
}
