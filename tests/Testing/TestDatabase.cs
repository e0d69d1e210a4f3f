using Npgsql;

namespace Hazina.Testing;

/// <summary>A fresh, empty database of its own for one test, dropped with it.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    readonly string server;

    TestDatabase(string server, string name)
    {
        this.server = server;
        Name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }

    public string Name { get; }

    /// <summary>For Npgsql, as the superuser.</summary>
    public string ConnectionString { get; }

    /// <summary>Makes a database on the test process's server: empty, or a copy of <paramref name="template"/>, to which nobody may be connected.</summary>
    public static async Task<TestDatabase> CreateAsync(string? template = null)
    {
        var owner = (await TestPostgres.StartedAsync()).ConnectionString;
        var database = new TestDatabase(owner, $"test_{Guid.CreateVersion7():N}");
        // Copied as files: for databases that are thrown away, quicker than through the log.
        await database.OnServerAsync($"CREATE DATABASE {database.Name} TEMPLATE {template ?? "template0"} STRATEGY file_copy");
        return database;
    }

    /// <summary>Lets nobody in and ends who is in, as if the server were away; or lets them in again.</summary>
    public async Task AllowConnectionsAsync(bool allowed)
    {
        await OnServerAsync($"ALTER DATABASE {Name} ALLOW_CONNECTIONS {allowed}");
        if (!allowed)
            await OnServerAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Name}'");
    }

    public async ValueTask DisposeAsync()
    {
        await using (var connection = new NpgsqlConnection(ConnectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        await OnServerAsync($"DROP DATABASE IF EXISTS {Name} WITH (FORCE)");
    }

    async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
