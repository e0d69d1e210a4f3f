using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Sessions;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Identity.Passwords;

/// <summary>A new password: it is set, every session ends, and the person is told. However it came to be, nobody stays who came in by the old one.</summary>
sealed class PasswordChange(SessionRing ring, Notices notices, TimeProvider time)
{
    /// <summary>Sets it, as part of a transaction; <see cref="Tell"/> is for after its commit.</summary>
    /// <param name="seen">The hash that was checked, where the change is allowed by knowing the password of before; else null.</param>
    /// <returns>False where that is not the password any more: then nothing was done.</returns>
    public async Task<bool> Set(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid user,
        PasswordHash password,
        string? seen,
        ActivityType how,
        HttpContext context
    )
    {
        // In a statement of its own: the one that ends sessions sees those which began while this waited.
        var before = await PasswordLock.Take(connection, transaction, user, context.RequestAborted);
        if (seen is not null && before != seen)
            return false;
        var now = time.GetUtcNow();
        var ended = await connection.QueryAsync<Guid>(
            new CommandDefinition(
                SetWriterSql,
                new
                {
                    user,
                    password.Hash,
                    password.Pepper,
                    reason = Words.Of(how),
                    now,
                },
                transaction,
                cancellationToken: context.RequestAborted
            )
        );
        var byCode = how == ActivityType.PasswordReset;
        var told = Details.OfEndedSessions(
            user,
            [.. ended],
            Words.Of(how),
            now,
            Events.PasswordChanged.About(user, now, new(user, byCode))
        );
        if (byCode)
            told = told with { Actor = AuditActor.User(user) };
        await ActivityLog.Write(connection, transaction, user, how, context, now, told);
        return true;
    }

    public async Task Tell(Guid user)
    {
        ring.ForgetAllOf(user);
        await notices.Tell(
            user,
            "Your password was changed",
            "Your password was changed, and every device is signed out. If it was not you, set a new one at once and tell us."
        );
    }

    const string SetWriterSql = """
        with ended as (
            update identity.sessions set ended_at = @now, end_reason = @reason where user_id = @user and ended_at is null returning id
        ), codes as (
            update identity.codes set attempts_left = 0 where user_id = @user and used_at is null
        ), contact_changes as (
            update identity.contact_changes set status = 'cancelled', ended_at = @now where user_id = @user and ended_at is null
        ), sign_ins as (
            update identity.sign_ins set used_at = @now where user_id = @user and used_at is null
        ), password as (
            update identity.passwords set hash = @hash, pepper = @pepper, changed_at = @now where user_id = @user
        )
        select id from ended
        """;
}
