namespace Hazina.Platform.Counting;

/// <summary>What one key has come to in this process, and how much of it others have not been told.</summary>
abstract class Tally(string key)
{
    int waits;

    public string Key { get; } = key;

    protected Lock Gate { get; } = new();

    /// <summary>Whether forgetting it changes nothing.</summary>
    public abstract bool IsOver { get; }

    /// <summary>How much would be forgotten with it.</summary>
    public abstract long Weight { get; }

    /// <summary>Notes that it has something to tell; true for who has to see to it that it is told.</summary>
    public bool BeginsToWait() => Interlocked.Exchange(ref waits, 1) == 0;

    public void WaitsNoMore() => Volatile.Write(ref waits, 0);
}
