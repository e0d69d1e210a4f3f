using System.Diagnostics;
using System.Globalization;
using Hazina.Testing;

namespace Hazina.Ledger.Tests;

/// <summary>How hard the seeded tests try: a fixed number of seeds, or fresh ones for as long as a long run goes. HAZINA_SEED repeats one.</summary>
static class Effort
{
    public static ulong? GivenSeed { get; } =
        ulong.TryParse(Environment.GetEnvironmentVariable("HAZINA_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : null;

    /// <summary>Tries the given seed alone, or <paramref name="times"/> of them, or as many as the long run has time for.</summary>
    public static void TrySeeds(int times, Action<ulong> attempt)
    {
        if (GivenSeed is { } given)
        {
            attempt(given);
            return;
        }

        var first = (ulong)Random.Shared.NextInt64();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; LongRun.Duration is { } length ? Stopwatch.GetElapsedTime(started) < length : i < times; i++)
        {
            var seed = first + (ulong)i;
            try
            {
                attempt(seed);
            }
            catch (Exception failure)
            {
                throw new Xunit.Sdk.XunitException(
                    $"Repeat it with HAZINA_SEED={seed}. {failure.Message}",
                    failure.InnerException ?? failure
                );
            }
        }
    }
}
