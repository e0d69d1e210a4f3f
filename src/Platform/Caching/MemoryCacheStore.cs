using System.Collections.Concurrent;

namespace Hazina.Platform.Caching;

/// <summary>Keeps things in this process. It hears nothing of what others change, and so keeps nothing for long.</summary>
sealed class MemoryCacheStore(TimeProvider time, int mostKeys = MemoryCacheStore.MostKeys) : ICacheStore
{
    public const int MostKeys = 20_000;

    /// <summary>As long as who has lost a right may go on elsewhere.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    readonly ConcurrentDictionary<string, Kept> byKey = new(StringComparer.Ordinal);
    readonly Lock gate = new();

    public bool IsThere => true;

    public bool IsShared => false;

    public int Count => byKey.Count;

    public ValueTask<byte[]?> Find(string key) =>
        ValueTask.FromResult(byKey.TryGetValue(key, out var kept) && !IsOver(kept) ? kept.Value : null);

    public Reading Begin() => new(time.GetTimestamp(), 0);

    public ValueTask Keep(string key, byte[] value, TimeSpan length, Reading since)
    {
        var most = length < Longest ? length : Longest;
        lock (gate)
        {
            if (time.GetElapsedTime(since.Timestamp) <= Cache.LongestReading && !(byKey.TryGetValue(key, out var there) && !IsOver(there)))
                Put(key, new Kept(value, time.GetTimestamp(), most));
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask Remove(IReadOnlyCollection<string> keys)
    {
        lock (gate)
        {
            foreach (var key in keys)
                Put(key, new Kept(null, time.GetTimestamp(), Cache.Guard));
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> Tell(IReadOnlyCollection<Told<byte[]>> values, bool isReadable) => ValueTask.FromResult(false);

    void Put(string key, Kept kept)
    {
        if (byKey.Count >= mostKeys && !byKey.ContainsKey(key))
            MakeRoom();
        byKey[key] = kept;
    }

    /// <summary>What is over goes, and if that is not enough, all that is kept. Guards stay, as few as there were changes in the last seconds.</summary>
    void MakeRoom()
    {
        foreach (var (key, _) in byKey.Where(p => IsOver(p.Value)))
            byKey.TryRemove(key, out _);
        if (byKey.Count < mostKeys / 4 * 3)
            return;
        foreach (var (key, _) in byKey.Where(p => p.Value.Value is not null))
            byKey.TryRemove(key, out _);
    }

    bool IsOver(Kept kept) => time.GetElapsedTime(kept.Since) >= kept.Length;

    /// <param name="Value">Null: a guard.</param>
    sealed record Kept(byte[]? Value, long Since, TimeSpan Length);
}
