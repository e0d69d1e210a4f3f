using Hazina.Platform.Postgres;
using Hazina.Testing;
using Npgsql;

namespace Hazina.Journeys.Tests.Faults;

/// <summary>One after the other, and beside nothing else: these measure how long it takes to get over a fault.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FaultCollection
{
    public const string Name = "Faults";
}

static class Seeds
{
    const int Usual = 20261121;

    /// <summary>The same by default, a new one in a long run; told either way.</summary>
    public static int Next(int round, ITestOutputHelper output)
    {
        var seed = LongRun.Asked ? Random.Shared.Next() : Usual + round;
        output.WriteLine($"Seed {seed}");
        return seed;
    }

    /// <summary>The login that servers have: one of few rights.</summary>
    public static string AppOf(string ownerConnectionString) =>
        new NpgsqlConnectionStringBuilder(ownerConnectionString) { Username = Database.AppLogin }.ConnectionString;
}
