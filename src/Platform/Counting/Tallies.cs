using System.Collections.Concurrent;

namespace Hazina.Platform.Counting;

/// <summary>The tallies of this process, by key. There are never more than so many, whatever is thrown at it.</summary>
sealed class Tallies<T>(Func<string, T> begin, int most)
    where T : Tally
{
    readonly ConcurrentDictionary<string, T> byKey = new(StringComparer.Ordinal);
    readonly Lock clearing = new();
    int count;

    public int Count => Volatile.Read(ref count);

    public T Of(string key)
    {
        if (byKey.TryGetValue(key, out var known))
            return known;
        if (Count >= most)
            MakeRoom();
        var fresh = begin(key);
        var kept = byKey.GetOrAdd(key, fresh);
        if (ReferenceEquals(kept, fresh))
            Interlocked.Increment(ref count);
        return kept;
    }

    public T? Find(string key) => byKey.GetValueOrDefault(key);

    /// <summary>
    /// Forgets what is over, and if that is not enough, the half that has counted least: who floods with ever new keys pushes out their own, and who
    /// is close to a limit stays there.
    /// </summary>
    void MakeRoom()
    {
        lock (clearing)
        {
            if (Count < most)
                return;
            foreach (var (key, tally) in byKey)
            {
                if (tally.IsOver)
                    Forget(key);
            }

            if (Count < most / 4 * 3)
                return;
            foreach (var (key, _) in byKey.Select(p => (p.Key, p.Value.Weight)).OrderBy(p => p.Weight).Take(most / 2).ToList())
                Forget(key);
        }
    }

    void Forget(string key)
    {
        if (byKey.TryRemove(key, out _))
            Interlocked.Decrement(ref count);
    }
}
