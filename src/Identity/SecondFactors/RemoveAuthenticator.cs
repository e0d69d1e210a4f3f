using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Passwords;
using Hazina.Identity.Sessions;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.SecondFactors;

/// <summary><c>DELETE /v1/me/authenticator</c></summary>
static class RemoveAuthenticator
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapDelete("/me/authenticator", Delete)
            .WithSummary("Take the authenticator away")
            .WithDescription(
                "Where there is no passkey, the recovery codes go with it, and signing in asks for the password alone then. "
                    + "Needs a confirmation of the last ten minutes."
            )
            .Produces(StatusCodes.Status204NoContent);

    static async Task<IResult> Delete(
        HttpContext context,
        Database database,
        RecoveryCodes codes,
        SessionRing ring,
        Notices notices,
        TimeProvider time
    )
    {
        var stop = context.RequestAborted;
        var user = Caller.Of(context).Id;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await PasswordLock.Take(connection, transaction, user, stop);
        var removed = await connection.ExecuteAsync(
            new CommandDefinition(RemoveWriterSql, new { user }, transaction, cancellationToken: stop)
        );
        if (removed == 0)
            return Refusals.NoAuthenticator.Because("There is no authenticator.");
        await codes.ForgetWithLast(connection, transaction, user, stop);
        var now = time.GetUtcNow();
        var told = Details.OfFactor(Events.SecondFactorRemoved, user, "authenticator", now);
        await ActivityLog.Write(connection, transaction, user, ActivityType.AuthenticatorRemoved, context, now, told);
        await transaction.CommitAsync(stop);
        // What staff may do hangs on it.
        ring.ForgetAllOf(user);
        await notices.Tell(
            user,
            "The authenticator was taken away",
            "Signing in to your account asks for no codes of an app from now on. If it was not you, set a new password at once and tell us."
        );
        return Results.NoContent();
    }

    // Keys that staff made follow (Narrowing).
    const string RemoveWriterSql = """
        with person as (update identity.users set rights_shrank_at = now() where id = @user)
        delete from identity.authenticators where user_id = @user and confirmed_at is not null
        """;
}
