namespace Hazina.Cli;

/// <summary>What <c>serve</c> was asked for.</summary>
sealed record ServeSettings
{
    public required string DataFolder { get; init; }

    /// <summary>Null: a PostgreSQL of our own in the data folder.</summary>
    public string? Database { get; init; }

    public required string Urls { get; init; }

    public string? Certificate { get; init; }

    public string? CertificateKey { get; init; }

    public bool JsonLog { get; init; }
}
