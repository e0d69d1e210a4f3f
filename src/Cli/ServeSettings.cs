namespace Hazina.Cli;

/// <summary>What <c>serve</c> or <c>demo</c> was asked for. What is null comes from appsettings.json, the environment, or Hazina's own mind.</summary>
sealed record ServeSettings
{
    public required string DataFolder { get; init; }

    /// <summary>Null, and not in the settings either: a PostgreSQL of our own in the data folder.</summary>
    public string? Database { get; init; }

    public string? Urls { get; init; }

    public string? Certificate { get; init; }

    public string? CertificateKey { get; init; }

    /// <summary>text or json.</summary>
    public string? Log { get; init; }

    public string? LogLevel { get; init; }

    /// <summary>Whether messages go to people, where the settings name a mail server.</summary>
    public bool SendsMail { get; init; } = true;

    /// <summary>Whether the first line says where it serves.</summary>
    public bool SaysWhere { get; init; } = true;

    /// <summary>Other settings, by their names.</summary>
    public IReadOnlyDictionary<string, string?> More { get; init; } = new Dictionary<string, string?>();

    public IReadOnlyDictionary<string, string?> Arguments =>
        new Dictionary<string, string?>(More)
        {
            ["data"] = DataFolder,
            ["database"] = Database,
            ["urls"] = Urls,
            ["certificate"] = Certificate,
            ["certificate_key"] = CertificateKey,
            ["log"] = Log,
            ["log_level"] = LogLevel,
            ["Smtp:Host"] = SendsMail ? null : "",
        };
}
