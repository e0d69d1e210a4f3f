using System.Diagnostics;
using System.Globalization;

namespace Hazina.Ledger.Tests;

/// <summary>How hard the seeded tests try, and with which seed. The one place that reads it.</summary>
/// <remarks>
/// HAZINA_SEED repeats one seed. HAZINA_TEST_LONG is how long each seeded test goes on with fresh seeds: <c>90s</c>, <c>10m</c>, <c>2h</c> or
/// <c>00:10:00</c>; without it each tries a fixed number.
/// </remarks>
static class Effort
{
    public static ulong? GivenSeed { get; } =
        ulong.TryParse(Environment.GetEnvironmentVariable("HAZINA_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : null;

    public static TimeSpan? Long { get; } = Duration(Environment.GetEnvironmentVariable("HAZINA_TEST_LONG"));

    /// <summary>Tries seed after seed: the given one alone, or <paramref name="times"/> of them, or for as long as given.</summary>
    public static void TrySeeds(int times, Action<ulong> attempt)
    {
        if (GivenSeed is { } given)
        {
            attempt(given);
            return;
        }

        var first = (ulong)Random.Shared.NextInt64();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; Long is { } length ? Stopwatch.GetElapsedTime(started) < length : i < times; i++)
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

    public static TimeSpan? Duration(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var unit = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            _ => TimeSpan.Zero,
        };
        return unit == TimeSpan.Zero
            ? TimeSpan.Parse(text, CultureInfo.InvariantCulture)
            : unit * double.Parse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture);
    }
}
