using Hazina.Platform.Postgres;
using Hazina.Platform.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Hazina.Host;

/// <summary>What a server is started with. <see cref="From"/> reads it from the settings.</summary>
public sealed record ServerOptions
{
    public const int DefaultPort = 5080;

    /// <summary>What everything but migrations connects with. Null: the owner's server is ours alone, and a login of few rights is made there.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>What migrations connect with; null: <see cref="ConnectionString"/> must do. One of the two is needed.</summary>
    public string? OwnerConnectionString { get; init; }

    /// <summary>Where to listen, separated by semicolons.</summary>
    public string Urls { get; init; } = UrlOf(DefaultPort, isSecure: false);

    /// <summary>PEM or PFX, for addresses with https. Read again when it changes.</summary>
    public string? Certificate { get; init; }

    /// <summary>The key of a PEM certificate, where it has a file of its own.</summary>
    public string? CertificateKey { get; init; }

    public string? CertificatePassword { get; init; }

    public LogFormat Log { get; init; } = LogFormat.Text;

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>The OTLP collector; null: the one that the environment names, or none.</summary>
    public Uri? Collector { get; init; }

    /// <summary>Addresses of proxies in front, whose word on the caller's address is taken.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>How long to wait at the start for a database that does not answer.</summary>
    public TimeSpan DatabasePatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long requests may go on once the server has been told to stop.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What the modules read their own settings from.</summary>
    public IConfiguration Configuration { get; init; } = new ConfigurationBuilder().Build();

    /// <summary>
    /// All settings, the later winning: <c>appsettings.json</c> in the current folder, environment variables <c>HAZINA_…</c> (two underscores
    /// lead into a section: <c>HAZINA_LEDGER__QUEUE</c>), arguments.
    /// </summary>
    /// <param name="arguments">By setting; null stands for "not given".</param>
    public static IConfiguration Settings(IReadOnlyDictionary<string, string?> arguments) =>
        new ConfigurationBuilder()
            .SetBasePath(Directory.GetCurrentDirectory())
            .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
            .AddEnvironmentVariables("HAZINA_")
            .AddInMemoryCollection(arguments.Where(a => a.Value is not null))
            .Build();

    /// <summary>
    /// Reads <c>database, database_owner, urls, certificate, certificate_key, certificate_password, log, log_level, otlp, trusted_proxies</c>. The
    /// modules read their own: <c>redis</c>, <c>cors_origins</c>, and sections such as <c>RateLimits</c>.
    /// </summary>
    /// <exception cref="StartException">A setting cannot be read; the message names it.</exception>
    public static ServerOptions From(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var defaults = new ServerOptions();
        return new ServerOptions
        {
            ConnectionString = Given(settings, "database"),
            OwnerConnectionString = Given(settings, "database_owner"),
            Urls = Given(settings, "urls") ?? UrlOf(DefaultPort, isSecure: Given(settings, "certificate") is not null),
            Certificate = Given(settings, "certificate"),
            CertificateKey = Given(settings, "certificate_key"),
            CertificatePassword = Given(settings, "certificate_password"),
            Log = OneOf(settings, "log", defaults.Log),
            LogLevel = OneOf(settings, "log_level", defaults.LogLevel),
            Collector = Given(settings, "otlp") is { } otlp
                ? Uri.TryCreate(otlp, UriKind.Absolute, out var uri)
                    ? uri
                    : throw new StartException($"The setting otlp is no address: {otlp}")
                : null,
            TrustedProxies = Given(settings, "trusted_proxies")?.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries) ?? [],
            Configuration = settings,
        };
    }

    /// <summary>Of a port that this machine alone can reach.</summary>
    public static string UrlOf(int port, bool isSecure) =>
        // Which port is free may differ between the addresses that localhost has, so any of them is asked for of one.
        $"{(isSecure ? "https" : "http")}://{(port == 0 ? "127.0.0.1" : "localhost")}:{port}";

    /// <summary>Whether a database is named at all; otherwise the caller has to bring one.</summary>
    public bool HasDatabase => ConnectionString is not null || OwnerConnectionString is not null;

    /// <summary>The database that these options name.</summary>
    /// <exception cref="StartException">They name none.</exception>
    public Database Connect(ILoggerFactory? logs) =>
        (ConnectionString, OwnerConnectionString) switch
        {
            (null, null) => throw new StartException("There is no database: neither database nor database_owner is set."),
            (null, { } owner) => Database.Owned(owner, logs),
            ({ } app, var owner) => new Database(app, owner, logs),
        };

    static string? Given(IConfiguration settings, string key) => settings[key] is { Length: > 0 } value ? value : null;

    static T OneOf<T>(IConfiguration settings, string key, T otherwise)
        where T : struct, Enum =>
        Given(settings, key) switch
        {
            null => otherwise,
            { } text when Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) => value,
            { } text => throw new StartException(
                $"The setting {key} is {text}, but must be one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}."
            ),
        };
}

/// <summary>What keeps the server from starting, in a sentence for the operator.</summary>
public sealed class StartException : Exception
{
    public StartException() { }

    public StartException(string message)
        : base(message) { }

    public StartException(string message, Exception innerException)
        : base(message, innerException) { }
}
