using Dapper;
using Hazina.Platform.Auditing;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Platform.Keys;

/// <summary>
/// A transaction that sees the keys of whoever is signed in and those of organisations with which they may deal, and no others: the database sees to it,
/// whatever a statement says.
/// </summary>
sealed class OwnKeys : IAsyncDisposable
{
    readonly NpgsqlTransaction transaction;
    readonly CancellationToken cancellation;

    OwnKeys(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation) =>
        (Connection, this.transaction, this.cancellation) = (connection, transaction, cancellation);

    public NpgsqlConnection Connection { get; }

    /// <param name="database">Where.</param>
    /// <param name="context">Of a route in the group that is for people alone.</param>
    public static async Task<OwnKeys> Open(Database database, HttpContext context)
    {
        var (caller, stop) = (Caller.Of(context), context.RequestAborted);
        var values = new { user = caller.Id.ToString(), organizations = string.Join(',', caller.Organizations) };
        var opened = await database.Requests("platform").OpenConnectionAsync(stop);
        try
        {
            var begun = await opened.BeginTransactionAsync(stop);
            await opened.ExecuteAsync(new CommandDefinition(BecomeSql, values, begun, cancellationToken: stop));
            return new OwnKeys(opened, begun, stop);
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<T>> Query<T>(string sql, object values) =>
        [.. await Connection.QueryAsync<T>(new CommandDefinition(sql, values, transaction, cancellationToken: cancellation))];

    public Task<int> Execute(string sql, object values) =>
        Connection.ExecuteAsync(new CommandDefinition(sql, values, transaction, cancellationToken: cancellation));

    /// <summary>Writes down what was done to a key.</summary>
    public Task Note(HttpContext context, AuditEntry entry) => Audit.Write(transaction, context, entry);

    public Task Commit() => transaction.CommitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }

    const string BecomeSql = "select set_config('app.user_id', @user, true), set_config('app.organizations', @organizations, true)";
}
