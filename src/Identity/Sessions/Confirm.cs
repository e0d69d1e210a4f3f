using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Passkeys;
using Hazina.Identity.Passwords;
using Hazina.Identity.SecondFactors;
using Hazina.Identity.SigningIn;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Identity.Sessions;

/// <summary><c>POST /v1/auth/confirm</c></summary>
static class Confirm
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/confirm", Post)
            .WithName("confirmIdentity")
            .WithSummary("Show again who one is")
            .WithDescription(
                """
                Some acts ask for this, and say so by `identity.confirmation_required`; it is good for ten minutes, as signing in is. Who has an authenticator
                or a passkey shows one of these or a recovery code, everybody else the password. A passkey answers a challenge of
                `POST /v1/auth/confirm/passkey`. The session goes on under the token of this answer; the one before is good for nothing any more.
                """
            )
            .Produces<Answer>();

    [Description("One of the four.")]
    public sealed record Request(
        [property: Description("For who has no second factor.")] string? Password = null,
        [property: Description("The six digits that the app shows.")] string? Code = null,
        [property: Description("One of the ten.")] string? RecoveryCode = null,
        PasskeyFields? Passkey = null
    );

    [Description("A session that was confirmed.")]
    public sealed record Answer(
        [property: Description("The session's id, as before.")] Guid Session,
        [property: Description("The session's new token. It is shown this once.")] string Token,
        DateTimeOffset ConfirmedAt,
        [property: Description("Until when it counts as confirmed.")] DateTimeOffset ConfirmedUntil
    )
    {
        [Description("Always confirmation.")]
        public string Object => "confirmation";
    }

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        Database database,
        PasswordHasher passwords,
        SecondFactor factors,
        Throttle throttle,
        Confirmations confirmations,
        SessionRing ring,
        TimeProvider time
    )
    {
        if (Check(body, out var proof) is { } refusal)
            return refusal;

        var stop = context.RequestAborted;
        var caller = Caller.Of(context);
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        var person = await connection.QuerySingleAsync<Person>(
            new CommandDefinition(FindWriterSql, new { user = caller.Id }, cancellationToken: stop)
        );
        if (person.HasSecondFactor == body.Password is not null)
            return person.HasSecondFactor
                ? Refusals.SecondFactorRequired.Because("Send a code of the authenticator app, a passkey, or a recovery code.", "/code")
                : Refusals.NoAuthenticator.Because("There is neither an authenticator nor a passkey: send the password.", "/password");
        if (body.Password is not null && person.Hash is null)
            return Refusals.NoPassword.Because("There is no password: sign in anew, which confirms as well.", "/password");
        if (body.Password is { } password && await CheckPassword(person, password, context, passwords, throttle) is { } no)
        {
            if (no.Type == Refusals.WrongCredentials)
                await ActivityLog.WriteEntry(
                    connection,
                    context,
                    new("identity.password.wrong", AuditTarget.User(caller.Id), time.GetUtcNow())
                );
            return no;
        }

        var network = Throttle.Network(context.Connection.RemoteIpAddress);
        if (body.Password is null && await factors.Take(caller.Id, network, stop) is { } wait)
            return wait;

        proof = await factors.Look(connection, AskToConfirm.ScopeOf(context), proof, context);
        var now = time.GetUtcNow();
        var answer = new Answer(caller.Session!.Value, SessionToken.New(), now, confirmations.Until(now));
        if (!await Write(connection, answer, body.Password is null ? proof : null, context, factors))
        {
            await factors.NoteWrong(connection, caller.Id, proof, context);
            return SecondFactor.Wrong(proof);
        }

        ring.Forget(answer.Session);
        if (body.Password is null)
            await factors.GiveBack(caller.Id, network, stop);
        return Results.Ok(answer);
    }

    static Refusal? Check(Request body, out FactorProof proof)
    {
        var check = new Validation();
        proof = check.Factor(body.Code, body.RecoveryCode, body.Passkey, isOptional: true);
        check.That(
            body.Password is not null || !proof.IsNone,
            "/password",
            "required",
            "or code is required, or passkey, or recovery_code"
        );
        check.OptionalText(body.Password, "/password", PasswordRules.Max, min: 1);
        check.That(body.Password is null || proof.IsNone, "/password", "conflict", "cannot be given together with another");
        return check.Failed(out var refusal) ? refusal : null;
    }

    static async Task<Refusal?> CheckPassword(
        Person person,
        string password,
        HttpContext context,
        PasswordHasher passwords,
        Throttle throttle
    )
    {
        var stop = context.RequestAborted;
        // Whoever has stolen a session must not come by the password through it.
        var limit = ChangePassword.LimitOf(Caller.Of(context).Id);
        if (await throttle.Take(stop, limit) is { } wait)
            return wait;
        var isRight = await passwords.Check(password, new PasswordHash(person.Hash!, person.Pepper!), stop);
        if (isRight is null)
            return Refusals.Busy.Because("Too many passwords are waiting to be checked.") with { RetryAfter = TimeSpan.FromSeconds(5) };
        if (isRight == false)
            return Refusals.WrongCredentials.Because("The password is wrong.", "/password");
        await throttle.GiveBack(stop, limit);
        return null;
    }

    static async Task<bool> Write(NpgsqlConnection connection, Answer answer, FactorProof? proof, HttpContext context, SecondFactor factors)
    {
        var stop = context.RequestAborted;
        var user = Caller.Of(context).Id;
        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (proof is not null && !await factors.Use(connection, transaction, user, proof, stop))
            return false;
        // One that was ended in between is not begun again by this: its new token opens nothing.
        await connection.ExecuteAsync(
            new CommandDefinition(
                ConfirmWriterSql,
                new
                {
                    answer.Session,
                    hash = SessionToken.Hash(answer.Token),
                    now = answer.ConfirmedAt,
                },
                transaction,
                cancellationToken: stop
            )
        );
        await ActivityLog.Write(connection, transaction, user, ActivityType.Confirmed, context, answer.ConfirmedAt);
        await transaction.CommitAsync(stop);
        return true;
    }

    sealed record Person(string? Hash, string? Pepper, bool HasSecondFactor);

    const string FindWriterSql = $"""
        select p.hash, p.pepper, {SecondFactor.IsThere} as has_second_factor
          from identity.users u
          join identity.passwords p on p.user_id = u.id
         where u.id = @user
        """;

    const string ConfirmWriterSql = """
        update identity.sessions set confirmed_at = @now, token_hash = @hash where id = @session and ended_at is null
        """;
}
