using System.Collections.Concurrent;
using System.Security.Cryptography;
using Hazina.Platform.Counting;
using Hazina.Platform.Security;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Hazina.Platform.Caching;

/// <summary>
/// Keeps things in Redis, for all processes. Each is encrypted for its key by <see cref="FieldCipher"/>: who reads Redis learns nothing of people, and who
/// writes there cannot make anybody see what is not so.
/// </summary>
/// <remarks>
/// While Redis is away nothing is kept, and what is removed is told when it is back. What this process has not been able to tell, it does not read either;
/// others may see it until then, at most for as long as it was to be kept.
/// </remarks>
sealed class RedisCacheStore : ICacheStore, IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100),
        Rest = TimeSpan.FromSeconds(1);

    readonly TimeSpan patience;
    const int MostWaiting = 100_000;

    readonly RedisLink link;
    readonly FieldCipher cipher;
    readonly TimeProvider time;
    readonly ILogger logger;

    /// <summary>Removals that Redis has not been told of.</summary>
    readonly ConcurrentDictionary<string, bool> waiting = new(StringComparer.Ordinal);

    /// <summary>When it was told of others, by key.</summary>
    readonly ConcurrentDictionary<string, Reading> guarded = new(StringComparer.Ordinal);
    readonly SemaphoreSlim turn = new(1);
    readonly CancellationTokenSource stopping = new();
    readonly Task loop;
    long silentSince;

    /// <param name="patience">How long anybody waits for Redis; <see cref="Patience"/> when not said.</param>
    public RedisCacheStore(
        string configuration,
        FieldCipher cipher,
        TimeProvider time,
        ILogger<RedisCacheStore> logger,
        TimeSpan? patience = null
    )
    {
        (this.cipher, this.time, this.logger, this.patience) = (cipher, time, logger, patience ?? Patience);
        cipher.Seal([], Place("")); // where there is no key for fields, that is said at the start
        link = new RedisLink(configuration, logger, PlatformLog.CacheShared, PlatformLog.CacheAway);
        loop = Task.Run(Loop);
    }

    public bool IsThere => Use() is not null;

    public bool IsShared => true;

    public async ValueTask<byte[]?> Find(string key)
    {
        if (waiting.ContainsKey(key) || Use() is not { } redis)
            return null;
        try
        {
            byte[]? stored = await redis.StringGetAsync(key).WaitAsync(patience, time);
            return stored is { Length: > 0 } ? cipher.Open(stored, Place(key)) : null;
        }
        catch (Exception e) when (IsAway(e))
        {
            return null;
        }
        catch (CryptographicException)
        {
            return null; // by a key that was dropped, or by somebody else
        }
    }

    public Reading Begin() => new(time.GetTimestamp(), link.Connections);

    public async ValueTask Keep(string key, byte[] value, TimeSpan length, Reading since)
    {
        if (!IsFresh(since, Cache.LongestReading) || waiting.ContainsKey(key) || Use() is not { } redis)
            return;
        try
        {
            await redis.StringSetAsync(key, cipher.Seal(value, Place(key)), length, When.NotExists).WaitAsync(patience, time);
        }
        catch (Exception e) when (IsAway(e))
        {
            // Then the next one reads it again.
        }
    }

    public async ValueTask Remove(IReadOnlyCollection<string> keys)
    {
        foreach (var key in keys)
        {
            if (!(guarded.TryGetValue(key, out var told) && IsFresh(told, Cache.StillGuards)))
                waiting[key] = true;
        }

        if (!waiting.IsEmpty && Use() is not null)
            await Tell();
    }

    public async ValueTask<bool> Tell(IReadOnlyCollection<Told<byte[]>> values, bool isReadable)
    {
        if (Use() is not { } redis)
            return false;
        try
        {
            await Task.WhenAll(
                    values.Select(v => redis.StringSetAsync(v.Key, isReadable ? v.Value : cipher.Seal(v.Value, Place(v.Key)), v.Length))
                )
                .WaitAsync(patience, time);
            return true;
        }
        catch (Exception e) when (IsAway(e))
        {
            return false;
        }
    }

    static string Place(string key) => "cache " + key;

    bool IsFresh(Reading since, TimeSpan most) => since.Connection == link.Connections && time.GetElapsedTime(since.Timestamp) <= most;

    /// <summary>Redis, where it can be reached and has not kept anybody waiting just now.</summary>
    IDatabase? Use() => Volatile.Read(ref silentSince) is var silent and not 0 && time.GetElapsedTime(silent) < Rest ? null : link.Use();

    /// <summary>Notes a silence, so that not everybody finds out by waiting.</summary>
    bool IsAway(Exception e)
    {
        if (!RedisLink.IsAway(e))
            return false;
        Volatile.Write(ref silentSince, Math.Max(1, time.GetTimestamp()));
        return true;
    }

    /// <summary>Tells all removals that wait, also those of others; each once, however many have asked for it.</summary>
    async Task Tell()
    {
        await turn.WaitAsync();
        try
        {
            if (Use() is not { } redis)
                return;
            var keys = waiting.Keys;
            var since = Begin();
            await Task.WhenAll(keys.Select(k => redis.StringSetAsync(k, RedisValue.EmptyString, Cache.Guard))).WaitAsync(patience, time);
            if (guarded.Count > MostWaiting)
                guarded.Clear();
            foreach (var key in keys)
            {
                guarded[key] = since;
                waiting.TryRemove(key, out _);
            }
        }
        catch (Exception e) when (IsAway(e))
        {
            // The loop tries again.
        }
        finally
        {
            turn.Release();
        }
    }

    async Task Loop()
    {
        using var timer = new PeriodicTimer(Rest / 2, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                if (waiting.Count > MostWaiting)
                {
                    PlatformLog.RemovalsForgotten(logger, waiting.Count);
                    waiting.Clear();
                }

                if (!waiting.IsEmpty)
                    await Tell();
                else
                    Use(); // so that it is said when it goes and comes
            }
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop;
        // A command has changed something and ends at once, when Redis has hardly been reached.
        if (!waiting.IsEmpty && await link.Comes(Rest, time))
            await Tell();
        await link.DisposeAsync();
        stopping.Dispose();
        turn.Dispose();
    }
}
