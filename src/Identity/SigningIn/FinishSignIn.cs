using System.ComponentModel;
using Dapper;
using Hazina.Identity.Passkeys;
using Hazina.Identity.Passwords;
using Hazina.Identity.SecondFactors;
using Hazina.Identity.Sessions;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Identity.SigningIn;

/// <summary><c>POST /v1/auth/sign-in/second-step</c></summary>
static class FinishSignIn
{
    /// <summary>For each time that the password was right.</summary>
    public const int Attempts = 5;
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/sign-in/second-step", Post)
            .WithName("finishSignIn")
            .WithSummary("Sign in, the second step")
            .WithDescription(
                """
                Takes a code of the authenticator app, a passkey or a recovery code, and begins the session. A code is taken once, and half a minute early or
                late; so is each recovery code. A passkey answers a challenge of `POST /v1/auth/sign-in/second-step/passkey`. A `sign_in` is good for five
                minutes and five attempts; then the password is asked for again.
                """
            )
            .Produces<NewSession>(StatusCodes.Status201Created);

    [Description("What the password has begun, and the second factor.")]
    public sealed record Request(
        [property: Description("The token of the sign_in.")] string? Token,
        [property: Description("The six digits that the app shows, where nothing else is given.")] string? Code = null,
        [property: Description("One of the ten, where nothing else is given.")] string? RecoveryCode = null,
        [property: Description("Where nothing else is given.")] PasskeyFields? Passkey = null
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        Database database,
        SecondFactor factors,
        SessionStart sessions,
        Notices notices,
        TimeProvider time
    )
    {
        var check = new Validation();
        var token = check.Text(body.Token, "/token", 100);
        var proof = check.Factor(body.Code, body.RecoveryCode, body.Passkey);
        if (check.Failed(out var refusal))
            return refusal;

        var stop = context.RequestAborted;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        var begun = await connection.QuerySingleOrDefaultAsync<Begun>(
            new CommandDefinition(TryWriterSql, new { hash = SessionToken.Hash(token), now = time.GetUtcNow() }, cancellationToken: stop)
        );
        if (begun is null)
            return Refusals.SignInOver.Because("There is no such sign-in, or it is over.", "/token");
        var network = Throttle.Network(context.Connection.RemoteIpAddress);
        if (await factors.Take(begun.UserId, network, stop) is { } wait)
            return wait;

        proof = await factors.Look(connection, AskForSecondPasskey.ScopeOf(begun.UserId, begun.Id), proof, context);
        if (await Finish(connection, begun, proof, context, factors, sessions, time.GetUtcNow()) is { } session)
        {
            await factors.GiveBack(begun.UserId, network, stop);
            if (proof.RecoveryCode is not null)
                await notices.Tell(
                    begun.UserId,
                    "A recovery code was used",
                    "Somebody signed in to your account with one of your recovery codes. If it was not you, set a new password at once and tell us."
                );
            return Results.Created($"/v1/sessions/{session.Id}", session);
        }

        await factors.NoteWrong(connection, begun.UserId, proof, context);
        if (begun.AttemptsLeft == 0)
            await notices.Tell(
                begun.UserId,
                "Somebody knows your password",
                "Your password was given rightly, and then a wrong second factor several times. If it was not you, set a new password at once."
            );
        return SecondFactor.Wrong(proof);
    }

    /// <summary>All or nothing: a factor is used up by the session that it begins.</summary>
    static async Task<NewSession?> Finish(
        NpgsqlConnection connection,
        Begun begun,
        FactorProof proof,
        HttpContext context,
        SecondFactor factors,
        SessionStart sessions,
        DateTimeOffset now
    )
    {
        var stop = context.RequestAborted;
        await using var transaction = await connection.BeginTransactionAsync(stop);
        // Whatever sets a password also ends the sign-ins that wait: after this, that is seen below.
        if (!await PasswordLock.Share(connection, transaction, begun.UserId, seen: null, stop))
            return null;
        if (!await factors.Use(connection, transaction, begun.UserId, proof, stop))
            return null;
        var used = await connection.ExecuteAsync(
            new CommandDefinition(UseWriterSql, new { begun.Id, now }, transaction, cancellationToken: stop)
        );
        if (used != 1 || await sessions.Begin(connection, transaction, begun.UserId, begun.Device, context) is not { } session)
            return null;
        await transaction.CommitAsync(stop);
        return session;
    }

    sealed record Begun(Guid Id, Guid UserId, string? Device, short AttemptsLeft);

    // Counted before it is looked at: those who try side by side have no more attempts than others.
    const string TryWriterSql = """
        update identity.sign_ins
           set attempts_left = attempts_left - 1
         where token_hash = @hash and attempts_left > 0 and used_at is null and expires_at > @now
        returning id, user_id, device, attempts_left
        """;

    // Not where a new password has ended it in between.
    const string UseWriterSql = "update identity.sign_ins set used_at = @now where id = @id and used_at is null";
}
