using Xunit;

namespace Hazina.Testing;

/// <summary>Waits for a condition, and for nothing else: the one place where tests let time go by.</summary>
public static class Eventually
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1),
        Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Asks until the answer is yes; fails after a minute with what was awaited.</summary>
    public static Task TrueAsync(Func<bool> condition, string awaited, Func<string>? why = null) =>
        TrueAsync(() => Task.FromResult(condition()), awaited, why);

    /// <inheritdoc cref="TrueAsync(Func{bool}, string, Func{string})"/>
    /// <param name="why">What more to tell when it was in vain.</param>
    /// <param name="patience">Where what is awaited has a deadline of its own that is longer than a minute.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, string awaited, Func<string>? why = null, TimeSpan? patience = null)
    {
        var longest = patience ?? Patience;
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > longest)
                Assert.Fail($"Waited {longest.TotalMinutes:0.#} min in vain: {awaited}{why?.Invoke()}");
            await Task.Delay(Pause);
        }
    }
}
