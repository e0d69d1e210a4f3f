using System.Collections.Concurrent;
using System.Runtime.InteropServices;

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

    readonly ConcurrentDictionary<Hash, Known> known = new();
    readonly ConcurrentDictionary<Guid, Use> used = new();
    long forgotten;

    /// <summary>Take it before asking the database, and hand it to <see cref="Remember"/>: what is ended meanwhile is not remembered.</summary>
    public long Forgotten => Interlocked.Read(ref forgotten);

    /// <summary>Every request comes by here: nothing is allocated, and nobody waits for anybody.</summary>
    /// <param name="hash">See <see cref="Remember"/>.</param>
    public Caller? Recall(ReadOnlySpan<byte> hash)
    {
        if (!known.TryGetValue(Hash.Of(hash), out var found))
            return null;
        var now = time.GetUtcNow().UtcTicks;
        if (found.Until <= now)
            return null;
        found.Use.At = now;
        return found.Caller;
    }

    /// <param name="hash">SHA-256 of the credential's text, so that none lies about in memory in the clear.</param>
    /// <param name="credential">The key's id, or the session's.</param>
    /// <param name="caller">Whose it is.</param>
    /// <param name="endsAt">When it ends by itself; null: never.</param>
    /// <param name="asked">See <see cref="Forgotten"/>.</param>
    public void Remember(ReadOnlySpan<byte> hash, Guid credential, Caller caller, DateTimeOffset? endsAt, long asked)
    {
        var now = time.GetUtcNow();
        var use = used[credential] = new Use { At = now.UtcTicks };
        if (known.Count >= Most)
            known.Clear(); // forgetting costs a question each, remembering without end costs the process
        var name = Hash.Of(hash);
        known[name] = new Known(caller, (endsAt < now + Length ? endsAt.Value : now + Length).UtcTicks, use);
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
        var now = time.GetUtcNow();
        var batch = used.Select(p => (Id: p.Key, Use: p.Value, p.Value.At)).Where(u => u.At != u.Use.Written).OrderBy(u => u.Id).ToArray();
        if (batch.Length > 0)
            await write([.. batch.Select(u => u.Id)], [.. batch.Select(u => new DateTime(u.At, DateTimeKind.Utc))]);
        foreach (var written in batch)
            written.Use.Written = written.At;
        // Of one that was used lately somebody may remember more than there is in the table.
        foreach (var (id, use) in used)
        {
            if (use.At == use.Written && now.UtcTicks - use.At > Length.Ticks)
                used.TryRemove(new KeyValuePair<Guid, Use>(id, use));
        }
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

    /// <param name="Until">Ticks in UTC.</param>
    /// <param name="Use">Of the credential.</param>
    sealed record Known(Caller Caller, long Until, Use Use);

    /// <summary>When a credential was last used, and up to when that was written down: ticks in UTC.</summary>
    sealed class Use
    {
        long at,
            written;

        public long At
        {
            get => Volatile.Read(ref at);
            set => Volatile.Write(ref at, value);
        }

        public long Written
        {
            get => Volatile.Read(ref written);
            set => Volatile.Write(ref written, value);
        }
    }

    /// <summary>SHA-256 as a key: it is chance itself, so that four bytes of it spread well enough.</summary>
    readonly record struct Hash(ulong A, ulong B, ulong C, ulong D)
    {
        public static Hash Of(ReadOnlySpan<byte> bytes)
        {
            var parts = MemoryMarshal.Cast<byte, ulong>(bytes);
            return new Hash(parts[0], parts[1], parts[2], parts[3]);
        }

        public override int GetHashCode() => unchecked((int)A);
    }
}
