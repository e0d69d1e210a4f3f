using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hazina.Platform.Postgres;

/// <summary>
/// The one PostgreSQL that a process works on, as data sources per module and role. The role is a start-up option of every connection, so
/// that returning one to its pool cannot lose it.
/// </summary>
/// <remarks>Each source keeps at most 20 connections, none longer than 30 minutes or idle for more than 10. Thread-safe.</remarks>
public sealed class Database : IAsyncDisposable
{
    /// <summary>The login role that the migrator makes where the program owns the server (embedded PostgreSQL).</summary>
    public const string AppLogin = "hazina_app";

    readonly string connectionString;
    readonly string ownerConnectionString;
    readonly ILoggerFactory? logs;
    readonly ConcurrentDictionary<string, Lazy<NpgsqlDataSource>> sources = new(StringComparer.Ordinal);
    int disposed;

    /// <param name="connectionString">For all but migrations. Several hosts are allowed; the primary is used.</param>
    /// <param name="ownerConnectionString">
    /// For migrations alone: a superuser or the database's owner with CREATEROLE. When absent, <paramref name="connectionString"/> must do.
    /// </param>
    /// <param name="logs">Where Npgsql's own messages go.</param>
    public Database(string connectionString, string? ownerConnectionString = null, ILoggerFactory? logs = null)
    {
        DapperSetup.Ensure();
        this.connectionString = connectionString;
        this.ownerConnectionString = ownerConnectionString ?? connectionString;
        this.logs = logs;
        Login = new NpgsqlConnectionStringBuilder(connectionString).Username is { Length: > 0 } user
            ? user
            : throw new ArgumentException("The connection string names no user.", nameof(connectionString));
    }

    /// <summary>The role that everything but migrations logs in with.</summary>
    public string Login { get; }

    /// <summary>
    /// The database of an owner's connection string, worked on through the unprivileged login <see cref="AppLogin"/>, which the migrator
    /// makes. For servers where local connections need no password, as the embedded one's socket.
    /// </summary>
    public static Database Owned(string ownerConnectionString, ILoggerFactory? logs = null)
    {
        var app = new NpgsqlConnectionStringBuilder(ownerConnectionString) { Username = AppLogin };
        return new Database(app.ConnectionString, ownerConnectionString, logs);
    }

    /// <summary>As the role <c>&lt;module&gt;</c>, which row-level security binds to the person asking.</summary>
    public NpgsqlDataSource Requests(string module) => Source(module);

    /// <summary>As the role <c>&lt;module&gt;_writer</c>, for jobs, listeners and statements alongside.</summary>
    public NpgsqlDataSource Writer(string module) => Source(module + "_writer");

    /// <summary>
    /// As <see cref="Writer"/>, from connections of its own: for short questions that may be asked while a connection of the writer's is held. Who held one
    /// and waited for another of the same twenty could wait for others who do the same. Whoever has one of these takes no other.
    /// </summary>
    public NpgsqlDataSource Beside(string module) => Source(module + "_writer", "/beside");

    /// <summary>Without a role: the login may hardly touch anything, but may end its own backends.</summary>
    public NpgsqlDataSource Bare() => Source("");

    /// <summary>The owner's, for migrations and for tests that tamper.</summary>
    internal NpgsqlDataSource Owner() =>
        sources
            .GetOrAdd(
                "!owner",
                _ => new Lazy<NpgsqlDataSource>(() => Build(ConnectionSettings.Of(ownerConnectionString, role: null, "hazina/migrations")))
            )
            .Value;

    internal string? Password => new NpgsqlConnectionStringBuilder(connectionString).Password;

    NpgsqlDataSource Source(string role, string beside = "")
    {
        ObjectDisposedException.ThrowIf(disposed != 0, this);
        return sources
            .GetOrAdd(
                role + beside,
                name => new Lazy<NpgsqlDataSource>(() =>
                    Build(
                        ConnectionSettings.Of(
                            connectionString,
                            role.Length == 0 ? null : role,
                            role.Length == 0 ? "hazina" : "hazina/" + name
                        )
                    )
                )
            )
            .Value;
    }

    NpgsqlDataSource Build(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        if (logs is not null)
            builder.UseLoggerFactory(logs);
        return builder.ConnectionStringBuilder.Host!.Contains(',', StringComparison.Ordinal)
            ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary)
            : builder.Build();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        foreach (var source in sources.Values.Where(s => s.IsValueCreated))
            await source.Value.DisposeAsync();
    }
}
