using Dapper;
using Npgsql;

namespace Hazina.Identity.Tests;

/// <summary>A transaction in which somebody else stands still.</summary>
public sealed class Held(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
{
    public static async Task<Held> Open(string database)
    {
        var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        return new Held(connection, await connection.BeginTransactionAsync());
    }

    public Task Do(string sql, object values) => connection.ExecuteAsync(sql, values, transaction);

    public Task<long> Count(string sql, object values) => connection.ExecuteScalarAsync<long>(sql, values);

    /// <summary>Until the call waits for this, or has gone past it.</summary>
    public async Task Stops(Task call)
    {
        await Eventually.TrueAsync(
            async () =>
                call.IsCompleted
                || await connection.ExecuteScalarAsync<bool>(
                    "select exists (select from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid)))",
                    null,
                    transaction
                ),
            "the call waits"
        );
        Assert.False(call.IsCompleted, "the call did not wait");
    }

    public Task Commit() => transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
