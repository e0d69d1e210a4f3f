using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Passwords;
using Hazina.Identity.Sessions;
using Hazina.Identity.SigningIn;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Identity.SecondFactors;

/// <summary><c>POST /v1/me/authenticator/confirm</c></summary>
static class ConfirmAuthenticator
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/me/authenticator/confirm", Post)
            .WithSummary("Turn an authenticator on")
            .WithDescription(
                "Takes the first code that the new app shows. From now on signing in asks for one. The answer holds recovery codes, this once: whoever "
                    + "loses the app needs them. Other sessions go on; `DELETE /v1/sessions` ends them. "
                    + "Needs a confirmation of the last ten minutes."
            )
            .Produces<RecoveryCodesAnswer>();

    [Description("The first code.")]
    public sealed record Request([property: Description("The six digits that the app shows.")] string? Code);

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        Database database,
        FieldCipher cipher,
        RecoveryCodes codes,
        SessionRing ring,
        Confirmations confirmations,
        Throttle throttle,
        Notices notices,
        TimeProvider time
    )
    {
        var check = new Validation();
        var code = check.AppCode(body.Code, "/code");
        if (check.Failed(out var refusal))
            return refusal;

        var stop = context.RequestAborted;
        var now = time.GetUtcNow();
        var user = Caller.Of(context).Id;
        // By the person: a new beginning brings no new attempts.
        var limit = new Limit($"first code of {user}", 10, TimeSpan.FromMinutes(15));
        if (await throttle.Take(stop, limit) is { } wait)
            return wait;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        // A sign-in that is being let in is over before this, or asks for a code.
        await PasswordLock.Take(connection, transaction, user, stop);
        if (await confirmations.Missing(connection, transaction, Caller.Of(context).Session!.Value, stop) is { } missing)
            return missing;
        var pending = await connection.QuerySingleOrDefaultAsync<Pending>(
            new CommandDefinition(
                FindWriterSql,
                new { user, since = now - BeginAuthenticator.Patience },
                transaction,
                cancellationToken: stop
            )
        );
        if (pending is null)
            return Refusals.NoAuthenticator.Because("No authenticator waits for its first code.");
        if (Totp.StepOf(cipher.Open(pending.Secret, SecondFactor.PlaceOf(pending.Id)), code, now) is not { } step)
            return Refusals.CodeInvalid.Because("The app shows another code. Is its clock right?", "/code");

        var shown = new
        {
            pending.Id,
            step,
            now,
        };
        await connection.ExecuteAsync(new CommandDefinition(ConfirmWriterSql, shown, transaction, cancellationToken: stop));
        var answer = await codes.RenewWithFirst(connection, transaction, user, Caller.Of(context).Session!.Value, stop);
        var told = Details.OfFactor(Events.SecondFactorAdded, user, "authenticator", now);
        await ActivityLog.Write(connection, transaction, user, ActivityType.AuthenticatorAdded, context, now, told);
        await transaction.CommitAsync(stop);
        // What staff may do hangs on it.
        ring.ForgetAllOf(user);
        await throttle.GiveBack(CancellationToken.None, limit);
        await notices.Tell(
            user,
            "An authenticator was added",
            "An authenticator app was added to your account: signing in now asks for its codes. If it was not you, set a new password and tell us."
        );
        return Results.Ok(answer);
    }

    sealed record Pending(Guid Id, byte[] Secret);

    const string FindWriterSql = """
        select id, secret from identity.authenticators where user_id = @user and confirmed_at is null and created_at > @since for update
        """;

    const string ConfirmWriterSql = "update identity.authenticators set confirmed_at = @now, last_step = @step where id = @id";
}
