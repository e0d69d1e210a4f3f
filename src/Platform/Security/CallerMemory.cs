using System.Collections.Concurrent;

namespace Hazina.Platform.Security;

/// <summary>
/// What an <see cref="ICallerSource"/> has learnt: it remembers for ten seconds, so that a busy credential costs the database a question now and then and one
/// that was ended elsewhere is refused soon; and when credentials were used, written down once a minute.
/// </summary>
public sealed class CallerMemory(TimeProvider time)
{
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(10),
        WriteEvery = TimeSpan.FromMinutes(1);
    const int Most = 10_000;

    readonly ConcurrentDictionary<string, Known> known = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<Guid, DateTimeOffset> used = new();
    long forgotten;

    /// <summary>Take it before asking the database, and hand it to <see cref="Remember"/>: what is ended meanwhile is not remembered.</summary>
    public long Forgotten => Interlocked.Read(ref forgotten);

    public Caller? Recall(byte[] hash)
    {
        var now = time.GetUtcNow();
        if (!known.TryGetValue(Name(hash), out var found) || found.Until <= now)
            return null;
        used[found.Credential] = now;
        return found.Caller;
    }

    /// <param name="hash">Of the credential's text, so that none lies about in memory in the clear.</param>
    /// <param name="credential">The key's id, or the session's.</param>
    /// <param name="caller">Whose it is.</param>
    /// <param name="endsAt">When it ends by itself; null: never.</param>
    /// <param name="asked">See <see cref="Forgotten"/>.</param>
    public void Remember(byte[] hash, Guid credential, Caller caller, DateTimeOffset? endsAt, long asked)
    {
        var now = time.GetUtcNow();
        used[credential] = now;
        if (known.Count >= Most)
            known.Clear(); // forgetting costs a question each, remembering without end costs the process
        var name = Name(hash);
        known[name] = new Known(credential, caller, endsAt < now + Length ? endsAt.Value : now + Length);
        if (Forgotten != asked)
            known.TryRemove(name, out _);
    }

    /// <summary>Those that have just been ended.</summary>
    public void Forget(Func<Caller, bool> which)
    {
        ArgumentNullException.ThrowIfNull(which);
        Interlocked.Increment(ref forgotten);
        foreach (var (name, found) in known)
        {
            if (which(found.Caller))
                known.TryRemove(name, out _);
        }
    }

    /// <summary>Writes down what was used since the last time. What cannot be written is kept for the next.</summary>
    /// <param name="write">Takes ids and times, in the order of the ids: two who write do not wait for each other in a circle.</param>
    public async Task WriteUse(Func<Guid[], DateTime[], Task> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var batch = used.OrderBy(p => p.Key).ToArray();
        if (batch.Length == 0)
            return;
        await write([.. batch.Select(p => p.Key)], [.. batch.Select(p => p.Value.UtcDateTime)]);
        foreach (var written in batch)
            used.TryRemove(written);
    }

    /// <summary>Does so every minute, and once more when the process stops.</summary>
    /// <param name="failed">Whatever it was: nobody is turned away for it, and nothing else stops.</param>
    public async Task KeepWriting(Func<Guid[], DateTime[], Task> write, Action<Exception> failed, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(failed);
        try
        {
            using var timer = new PeriodicTimer(WriteEvery, time);
            while (await timer.WaitForNextTickAsync(stopping))
                await Try();
        }
        catch (OperationCanceledException)
        {
            await Try();
        }

        async Task Try()
        {
            try
            {
                await WriteUse(write);
            }
            catch (Exception e)
            {
                failed(e);
            }
        }
    }

    static string Name(byte[] hash) => Convert.ToBase64String(hash);

    sealed record Known(Guid Credential, Caller Caller, DateTimeOffset Until);
}
