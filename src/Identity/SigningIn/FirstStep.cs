using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Sessions;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Identity.SigningIn;

[Description("The first step was right, and a second factor is asked for. No session has begun.")]
sealed record SecondStep(
    Guid Id,
    [property: Description("Send it with the second factor to POST /v1/auth/sign-in/second-step. It is shown this once.")] string Token,
    [property: Description("What can be sent: code, passkey, recovery_code.")] IReadOnlyList<string> Methods,
    [property: Description("Five minutes from now.")] DateTimeOffset ExpiresAt
)
{
    [Description("Always sign_in.")]
    public string Object => "sign_in";
}

/// <summary>What follows when somebody has shown one thing by which they sign in: a session, or the question for a second factor.</summary>
sealed class FirstStep(SessionStart sessions, TimeProvider time)
{
    /// <summary>As the end of a transaction, which it commits; null where the person is not there any more, or not active.</summary>
    public async Task<IResult?> Passed(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid user,
        string? device,
        HttpContext context
    )
    {
        var stop = context.RequestAborted;
        var factors = await connection.QuerySingleAsync<Factors>(
            new CommandDefinition(FactorsWriterSql, new { user }, transaction, cancellationToken: stop)
        );
        if (factors.Methods is { Count: > 0 } methods)
        {
            var step = await AskForMore(connection, transaction, user, methods, device, context);
            await transaction.CommitAsync(stop);
            return Results.Accepted(value: step);
        }

        if (await sessions.Begin(connection, transaction, user, device, context) is not { } session)
            return null;
        await transaction.CommitAsync(stop);
        return Results.Created($"/v1/sessions/{session.Id}", session);
    }

    /// <summary>Somebody who has shown it and may not come in; outside of a transaction.</summary>
    public static async Task<Refusal> TurnAway(
        NpgsqlConnection connection,
        Guid user,
        Refusal refusal,
        HttpContext context,
        DateTimeOffset now
    )
    {
        var after = new { reason = refusal.Type.Code };
        await ActivityLog.WriteEntry(connection, context, new("identity.sign_in.refused", AuditTarget.User(user), now) { After = after });
        return refusal;
    }

    async Task<SecondStep> AskForMore(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid user,
        IReadOnlyList<string> methods,
        string? device,
        HttpContext context
    )
    {
        var now = time.GetUtcNow();
        var answer = new SecondStep(Guid.CreateVersion7(now), SessionToken.NewPending(), methods, now + FinishSignIn.Patience);
        await connection.ExecuteAsync(
            new CommandDefinition(
                AskWriterSql,
                new
                {
                    answer.Id,
                    user,
                    hash = SessionToken.Hash(answer.Token),
                    device,
                    attempts = FinishSignIn.Attempts,
                    now,
                    answer.ExpiresAt,
                },
                transaction,
                cancellationToken: context.RequestAborted
            )
        );
        // Whoever it is, they know the password, or have the login elsewhere.
        await Audit.Write(transaction, context, new("identity.sign_in.begun", AuditTarget.User(user), now));
        return answer;
    }

    sealed record Factors(bool HasAuthenticator, bool HasPasskey)
    {
        public IReadOnlyList<string> Methods =>
            (HasAuthenticator, HasPasskey) switch
            {
                (false, false) => [],
                (true, false) => ["code", "recovery_code"],
                (false, true) => ["passkey", "recovery_code"],
                (true, true) => ["code", "passkey", "recovery_code"],
            };
    }

    const string FactorsWriterSql = """
        select exists (select from identity.authenticators where user_id = @user and confirmed_at is not null) as has_authenticator,
               exists (select from identity.passkeys where user_id = @user) as has_passkey
        """;

    const string AskWriterSql = """
        insert into identity.sign_ins (id, user_id, token_hash, device, attempts_left, created_at, expires_at)
        values (@id, @user, @hash, @device, @attempts, @now, @expiresAt)
        """;
}
