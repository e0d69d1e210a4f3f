using System.Globalization;

namespace Hazina.Testing;

/// <summary>
/// How long the tests with seeds may run: a moment by default, or as long as <c>./hazina test --long 10m</c> says, which also draws new seeds.
/// </summary>
public static class LongRun
{
    /// <summary>Null where nobody has asked for a long run.</summary>
    public static TimeSpan? Duration { get; } =
        Environment.GetEnvironmentVariable("HAZINA_TEST_LONG") is { Length: > 0 } seconds
            ? TimeSpan.FromSeconds(long.Parse(seconds, CultureInfo.InvariantCulture))
            : null;

    public static bool Asked => Duration is not null;

    /// <summary>To do a long run once more: the number that was told.</summary>
    public const string SeedVariable = "HAZINA_TEST_SEED";

    /// <summary>The one that was told, or a new one.</summary>
    public static int Seed() =>
        Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } told
            ? int.Parse(told, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
}
