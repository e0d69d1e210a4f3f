using Xunit;

namespace Hazina.Testing;

/// <summary>Waits for a condition, and for nothing else: the one place where tests let time go by.</summary>
public static class Eventually
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1),
        Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Asks until the answer is yes; fails after a minute with what was awaited.</summary>
    public static Task TrueAsync(Func<bool> condition, string awaited) => TrueAsync(() => Task.FromResult(condition()), awaited);

    /// <inheritdoc cref="TrueAsync(Func{bool}, string)"/>
    public static async Task TrueAsync(Func<Task<bool>> condition, string awaited)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"Waited a minute in vain: {awaited}");
            await Task.Delay(Pause);
        }
    }
}
