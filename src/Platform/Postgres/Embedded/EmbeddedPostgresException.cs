namespace Hazina.Platform.Postgres.Embedded;

/// <summary>The embedded PostgreSQL cannot do what was asked. The message is one for the person at the terminal: what is wrong and what to do.</summary>
public sealed class EmbeddedPostgresException : Exception
{
    public EmbeddedPostgresException(string message)
        : base(message) { }

    public EmbeddedPostgresException(string message, Exception inner)
        : base(message, inner) { }

    public EmbeddedPostgresException() { }

    /// <summary>True where the only thing in the way is another process that runs this very database.</summary>
    public bool InUse { get; init; }
}
