namespace Hazina.Platform.Caching;

/// <summary>Where <see cref="Cache"/> keeps things. None of its methods throws because the store is away, nor waits for it for long.</summary>
interface ICacheStore
{
    /// <summary>Whether asking it makes sense at the moment.</summary>
    bool IsThere { get; }

    /// <summary>Whether other processes read it.</summary>
    bool IsShared { get; }

    /// <summary>Null when nothing is kept, or when the store does not answer soon.</summary>
    ValueTask<byte[]?> Find(string key);

    /// <summary>Call it before reading what is to be kept.</summary>
    Reading Begin();

    /// <summary>Keeps what was read since, unless there is something, or the key was removed meanwhile.</summary>
    ValueTask Keep(string key, byte[] value, TimeSpan length, Reading since);

    /// <summary>Nothing is kept under the keys any more, nor for a while from now.</summary>
    ValueTask Remove(IReadOnlyCollection<string> keys);

    /// <summary>Writes values for others, over what is there. False where that could not be done.</summary>
    ValueTask<bool> Tell(IReadOnlyCollection<Told<byte[]>> values, bool isReadable);
}

/// <summary>When a reading began.</summary>
/// <param name="Timestamp">By the store's clock.</param>
/// <param name="Connection">The store's connection at the time: with it go the guards that it was told of.</param>
readonly record struct Reading(long Timestamp, int Connection);
