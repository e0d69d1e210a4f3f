using System.Collections.Concurrent;
using System.Text.Json;
using Hazina.Platform.Http;

namespace Hazina.Platform.Caching;

/// <summary>
/// What is read far more often than it changes, kept for a while under keys such as <c>user:{id}</c>: in this process, or in Redis for all of them. Nothing
/// is decided by it, neither rights nor money: it is for showing what the tables would say, and where it does not answer soon, they are asked.
/// </summary>
/// <remarks>
/// Whoever changes what is kept removes it before the commit. From then on nothing is kept under the key for a while (<see cref="Guard"/>), so that somebody
/// who has read the old row just before cannot put it back, and a process that dies after the commit leaves nothing old behind. A key that changes all the
/// time costs Redis a command every five seconds, and is read from the tables.
/// </remarks>
public sealed class Cache
{
    /// <summary>How long nothing is kept under a key that was removed.</summary>
    public static readonly TimeSpan Guard = TimeSpan.FromSeconds(20);

    /// <summary>A reading that takes longer is shown, and not kept: it may be from before a change that nobody remembers.</summary>
    internal static readonly TimeSpan LongestReading = TimeSpan.FromSeconds(5);

    /// <summary>That long after a removal another would say nothing new: the guard outlasts the commit that follows, and a reading besides.</summary>
    internal static readonly TimeSpan StillGuards = TimeSpan.FromSeconds(5);

    readonly ICacheStore store;
    readonly ConcurrentDictionary<string, Task> readings = new(StringComparer.Ordinal);

    internal Cache(ICacheStore store) => this.store = store;

    /// <summary>What is kept under the key, or else what <paramref name="read"/> finds, which is then kept.</summary>
    /// <param name="key">Begins with what it is of, and holds the id: <c>user:{id}</c>.</param>
    /// <param name="length">For how long; without Redis never longer than ten seconds, since nobody tells what other servers have changed.</param>
    /// <param name="read">Asks the tables. Many who miss the same at once wait for one of them.</param>
    public async Task<T> Read<T>(string key, TimeSpan length, Func<Task<T>> read, CancellationToken cancellation = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(read);
        if (await Find<T>(key) is { } kept)
            return kept;
        if (!store.IsThere)
            return await read();
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (readings.GetOrAdd(key, mine.Task) is var others && others != mine.Task)
        {
            await others.WaitAsync(cancellation);
            // Only what could be kept has seen all changes; what could not may be from before one.
            return await Find<T>(key) ?? await read();
        }

        try
        {
            // Somebody may have kept it, and given up the place, since this one has missed it.
            if (await Find<T>(key) is { } meanwhile)
                return meanwhile;
            var since = store.Begin();
            var found = await read();
            await store.Keep(key, JsonSerializer.SerializeToUtf8Bytes(found, JsonSettings.Options), length, since);
            return found;
        }
        finally
        {
            readings.TryRemove(key, out _);
            mine.SetResult();
        }
    }

    /// <summary>Whether there is a store that others read, too.</summary>
    public bool IsShared => store.IsShared;

    /// <summary>
    /// Puts values under their keys for others to read, over what is there. Whoever tells sees to it that they are told again when they change: nothing
    /// told here is read by <see cref="Read"/>.
    /// </summary>
    /// <param name="values">At most some hundred at once.</param>
    /// <param name="isReadable">In the clear; otherwise encrypted for their keys, as everything else.</param>
    /// <returns>False: the store could not be told, or has no other readers. It makes sense to come back.</returns>
    public ValueTask<bool> Tell<T>(IReadOnlyCollection<Told<T>> values, bool isReadable)
    {
        ArgumentNullException.ThrowIfNull(values);
        return store.Tell(
            [.. values.Select(v => new Told<byte[]>(v.Key, JsonSerializer.SerializeToUtf8Bytes(v.Value, JsonSettings.Options), v.Length))],
            isReadable
        );
    }

    /// <summary>Call it in the transaction that changes what is kept, before the commit, which has to follow within ten seconds.</summary>
    public ValueTask Remove(params IReadOnlyCollection<string> keys) => store.Remove(keys);

    async ValueTask<T?> Find<T>(string key)
        where T : class
    {
        if (await store.Find(key) is not { } bytes)
            return null;
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, JsonSettings.Options);
        }
        catch (JsonException)
        {
            return null; // kept by another version of the program
        }
    }
}

/// <summary>What others are told.</summary>
/// <param name="Length">For how long it is there.</param>
public readonly record struct Told<T>(string Key, T Value, TimeSpan Length);
