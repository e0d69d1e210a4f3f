namespace Hazina.Platform.Postgres.Embedded;

/// <summary>How to start an embedded PostgreSQL.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>The folder that holds the cluster; made where it is missing.</summary>
    public required string DataFolder { get; init; }

    /// <summary>
    /// Other folders of the data folder that a backup takes along and a restore brings back, by name. A file that is there already stays as it is.
    /// </summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>The same for what the database speaks of, and what never changes once it is there: copied after it.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>Where a fetched PostgreSQL is kept; the data folder where nothing is said. Clusters side by side can share one.</summary>
    public string? BinariesFolder { get; init; }

    /// <summary>The PostgreSQL to use, in the words of <c>HAZINA_POSTGRES</c>; that variable where nothing is said.</summary>
    public string? Postgres { get; init; }

    /// <summary>Settings of <c>postgresql.conf</c> that go before Hazina's own.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>False for a cluster whose loss is no loss (tests): nothing is forced to disk, and nothing survives a power cut.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Told what is going on, in a sentence, when it takes time or needs attention.</summary>
    public Action<string>? Progress { get; init; }
}
