using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Sessions;
using Hazina.Identity.Users;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Postgres;
using Hazina.Platform.Privacy;
using Microsoft.Extensions.Logging;

namespace Hazina.Identity.Erasure;

/// <summary>
/// Erases people once it is due: the person first, for good, then what the other modules hold; where that is cut short it is begun again. A day later once
/// more, for what was under way at the time: an entry on its way to the trail, a request in flight.
/// </summary>
sealed class Eraser(
    Database database,
    IEnumerable<PersonalData> modules,
    PersonalRecords records,
    SessionRing ring,
    Remembered remembered,
    IServiceProvider services,
    TimeProvider time,
    ILogger<Eraser> logger
)
{
    static readonly TimeSpan Later = TimeSpan.FromHours(1);

    public async Task EraseDue(CancellationToken cancellation)
    {
        foreach (var user in await Users(DueWriterSql, cancellation))
            await Try(user, EndUnlessBlocked, cancellation);
        foreach (var user in await Users(AgainWriterSql, cancellation))
            await Try(user, EraseElsewhere, cancellation);
    }

    /// <summary>One who cannot be erased, whatever it is, does not keep the others.</summary>
    async Task Try(Guid user, Func<Guid, CancellationToken, Task> work, CancellationToken cancellation)
    {
        try
        {
            await work(user, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            IdentityLog.NotErased(logger, e, user);
            await Set(LaterWriterSql, new { user, later = time.GetUtcNow() + Later }, cancellation);
        }
    }

    async Task EndUnlessBlocked(Guid user, CancellationToken cancellation)
    {
        if (await Blocked(user, cancellation) is not { } why)
        {
            await End(user, cancellation);
            return;
        }

        var later = time.GetUtcNow() + Later;
        await Set(
            BlockedWriterSql,
            new
            {
                user,
                why,
                later,
            },
            cancellation
        );
    }

    async Task EraseElsewhere(Guid user, CancellationToken cancellation)
    {
        foreach (var module in modules.Reverse())
            await module.Erase(services, user, cancellation);
        await Set(ErasedWriterSql, new { user, now = time.GetUtcNow() }, cancellation);
    }

    async Task<List<Guid>> Users(string sql, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("identity").OpenConnectionAsync(cancellation);
        var users = await connection.QueryAsync<Guid>(
            new CommandDefinition(sql, new { now = time.GetUtcNow() }, cancellationToken: cancellation)
        );
        return users.AsList();
    }

    async Task<string?> Blocked(Guid user, CancellationToken cancellation)
    {
        foreach (var module in modules.Reverse())
        {
            if (module.Blocks is { } blocks && await blocks(services, user, cancellation) is { } refusal)
                return refusal.Detail;
        }

        return null;
    }

    async Task End(Guid user, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.Writer("identity").OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (!await records.End(connection, transaction, user, now, cancellation))
            return;
        var isStill = await connection.ExecuteAsync(
            new CommandDefinition(DoneWriterSql, new { user, now }, transaction, cancellationToken: cancellation)
        );
        if (isStill == 0)
            return;
        await Outbox.Write(
            transaction,
            Audit.Event(null, new AuditEntry("identity.user.erased", AuditTarget.User(user), now)),
            Events.UserErased.About(user, now, new(user))
        );
        await remembered.Changes(user);
        await transaction.CommitAsync(cancellation);
        ring.ForgetAllOf(user);
    }

    async Task Set(string sql, object values, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("identity").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(sql, values, cancellationToken: cancellation));
    }

    const string DueWriterSql = "select user_id from identity.erasures where done_at is null and due_at <= @now order by due_at limit 100";

    const string AgainWriterSql = "select user_id from identity.erasures where again_at <= @now order by again_at limit 100";

    const string BlockedWriterSql = """
        update identity.erasures set blocked_by = left(@why, 500), due_at = @later where user_id = @user and done_at is null
        """;

    const string LaterWriterSql = """
        update identity.erasures set due_at = case when done_at is null then @later else due_at end, again_at = case when done_at is not null then @later end
         where user_id = @user
        """;

    const string DoneWriterSql = """
        update identity.erasures set done_at = @now, again_at = @now, blocked_by = null where user_id = @user and done_at is null
        """;

    const string ErasedWriterSql = """
        update identity.erasures set again_at = case when done_at + interval '1 day' > @now then done_at + interval '1 day' end where user_id = @user
        """;
}
