using Dapper;
using Hazina.Identity.Activities;
using Hazina.Platform.Events;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Identity.Users;

/// <summary>
/// A transaction that sees the rows of whoever is signed in, and no others: the database sees to it (row-level security), whatever a statement says.
/// </summary>
sealed class OwnRows : IAsyncDisposable
{
    readonly NpgsqlConnection connection;
    readonly NpgsqlTransaction transaction;
    readonly CancellationToken cancellation;

    OwnRows(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid user, CancellationToken cancellation) =>
        (this.connection, this.transaction, User, this.cancellation) = (connection, transaction, user, cancellation);

    public Guid User { get; }

    /// <param name="database">Where.</param>
    /// <param name="context">Of a route in the group that is for people alone.</param>
    public static async Task<OwnRows> Open(Database database, HttpContext context)
    {
        var user = Caller.Of(context).Id;
        var stop = context.RequestAborted;
        var opened = await database.Requests("identity").OpenConnectionAsync(stop);
        try
        {
            var begun = await opened.BeginTransactionAsync(stop);
            await opened.ExecuteAsync(new CommandDefinition(BecomeSql, new { user = user.ToString() }, begun, cancellationToken: stop));
            return new OwnRows(opened, begun, user, stop);
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<T>> Query<T>(string sql, object values) =>
        [.. await connection.QueryAsync<T>(new CommandDefinition(sql, values, transaction, cancellationToken: cancellation))];

    public async Task<T> Single<T>(string sql, object values) => (await Query<T>(sql, values)).Single();

    public Task<int> Execute(string sql, object values) =>
        connection.ExecuteAsync(new CommandDefinition(sql, values, transaction, cancellationToken: cancellation));

    /// <summary>Writes down what whoever is signed in does.</summary>
    public async Task Note(ActivityType type, HttpContext context, DateTimeOffset now, ActivityDetails? details = null)
    {
        await Execute(ActivityLog.InsertSql, ActivityLog.Row(User, type, context, now));
        await Outbox.Write(transaction, ActivityLog.Told(User, type, context, now, details));
    }

    public Task Commit() => transaction.CommitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    const string BecomeSql = "select set_config('app.user_id', @user, true)";
}
