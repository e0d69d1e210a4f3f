using Hazina.Testing;
using Npgsql;

namespace Hazina.Platform.Tests.Postgres;

/// <summary>An empty database of its own, and the ways into it.</summary>
sealed class ScratchDatabase : IAsyncDisposable
{
    readonly TestDatabase database;

    ScratchDatabase(TestDatabase database) => this.database = database;

    public string Superuser => database.ConnectionString;

    public string As(string user) => new NpgsqlConnectionStringBuilder(Superuser) { Username = user }.ConnectionString;

    public static async Task<ScratchDatabase> Create(string? owner = null)
    {
        var scratch = new ScratchDatabase(await TestDatabase.CreateAsync());
        if (owner is not null)
            await scratch.Run($"create role {owner} login createrole noinherit; alter database {scratch.database.Name} owner to {owner}");
        return scratch;
    }

    public async Task Run(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Superuser);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> Ask<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Superuser);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
