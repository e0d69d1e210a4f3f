using System.Data;
using Dapper;
using Hazina.Platform.Events;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Platform.Security;

/// <summary>
/// A transaction that sees the rows of whoever is signed in and those of organisations in whose name they may act, and no others: the database sees to it
/// (row-level security over <c>app.user_id</c> and <c>app.organizations</c>), whatever a statement says.
/// </summary>
public sealed class OwnRows : IAsyncDisposable
{
    readonly NpgsqlTransaction transaction;
    readonly CancellationToken cancellation;

    OwnRows(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid user, CancellationToken cancellation) =>
        (Connection, this.transaction, User, this.cancellation) = (connection, transaction, user, cancellation);

    /// <summary>Who is signed in.</summary>
    public Guid User { get; }

    internal NpgsqlConnection Connection { get; }

    /// <param name="database">Where.</param>
    /// <param name="module">Lower case; requests of it run as this role.</param>
    /// <param name="context">Of a route that is for people (<see cref="PermissionExtensions.RequirePerson"/>).</param>
    public static Task<OwnRows> Open(Database database, string module, HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var caller = Caller.Of(context);
        return Open(database, module, caller.Id, caller.Organizations, context.RequestAborted);
    }

    /// <summary>The same for whom a module has found out itself: a key's owner, or organisations whose money somebody may see.</summary>
    /// <param name="database">Where.</param>
    /// <param name="module">Lower case; requests of it run as this role.</param>
    /// <param name="user">Whose rows; the zero UUID where it is no person's.</param>
    /// <param name="organizations">And of which organisations.</param>
    /// <param name="stop">Stops asking.</param>
    /// <param name="isolation">Repeatable read where several looks are to be of one moment.</param>
    public static async Task<OwnRows> Open(
        Database database,
        string module,
        Guid user,
        IEnumerable<Guid> organizations,
        CancellationToken stop,
        IsolationLevel isolation = IsolationLevel.ReadCommitted
    )
    {
        ArgumentNullException.ThrowIfNull(database);
        var values = new { user = user.ToString(), organizations = string.Join(',', organizations) };
        var opened = await database.Requests(module).OpenConnectionAsync(stop);
        try
        {
            var begun = await opened.BeginTransactionAsync(isolation, stop);
            await opened.ExecuteAsync(new CommandDefinition(BecomeSql, values, begun, cancellationToken: stop));
            return new OwnRows(opened, begun, user, stop);
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<T>> Query<T>(string sql, object values) =>
        [.. await Connection.QueryAsync<T>(new CommandDefinition(sql, values, transaction, cancellationToken: cancellation))];

    public async Task<T> Single<T>(string sql, object values) => (await Query<T>(sql, values)).Single();

    public Task<int> Execute(string sql, object values) =>
        Connection.ExecuteAsync(new CommandDefinition(sql, values, transaction, cancellationToken: cancellation));

    /// <summary>Tells what was done (<see cref="Outbox"/>, <see cref="Auditing.Audit.Event"/>), in the same commit.</summary>
    public Task Tell(params IReadOnlyList<NewEvent> events) => Outbox.Write(transaction, events);

    public Task Commit() => transaction.CommitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }

    const string BecomeSql = "select set_config('app.user_id', @user, true), set_config('app.organizations', @organizations, true)";
}
