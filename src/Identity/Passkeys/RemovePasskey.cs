using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.LinkedLogins;
using Hazina.Identity.Passwords;
using Hazina.Identity.SecondFactors;
using Hazina.Identity.Sessions;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Passkeys;

/// <summary><c>DELETE /v1/me/passkeys/{passkey}</c></summary>
static class RemovePasskey
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapDelete("/me/passkeys/{passkey}", Delete)
            .WithSummary("Take a passkey away")
            .WithDescription(
                """
                As when its device is lost; sessions that were begun with it go on, and `DELETE /v1/sessions` ends them. With the last second factor the
                recovery codes go, too: signing in asks for the password alone then. Needs a confirmation of the last ten minutes.
                """
            )
            .Produces(StatusCodes.Status204NoContent);

    static async Task<IResult> Delete(
        Guid passkey,
        HttpContext context,
        Database database,
        RecoveryCodes codes,
        Notices notices,
        SessionRing ring,
        TimeProvider time
    )
    {
        var stop = context.RequestAborted;
        var user = Caller.Of(context).Id;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await PasswordLock.Take(connection, transaction, user, stop);
        var name = await connection.QuerySingleOrDefaultAsync<string>(
            new CommandDefinition(RemoveWriterSql, new { user, passkey }, transaction, cancellationToken: stop)
        );
        if (name is null)
            return Refusals.NoSuchPasskey.Because($"There is no passkey {passkey}.", "passkey");
        if (!await WaysIn.IsLeft(connection, transaction, user, stop))
            return WaysIn.LastOne();
        await codes.ForgetWithLast(connection, transaction, user, stop);
        var now = time.GetUtcNow();
        var told = Details.OfFactor(Events.SecondFactorRemoved, user, "passkey", now);
        await ActivityLog.Write(connection, transaction, user, ActivityType.PasskeyRemoved, context, now, told);
        await transaction.CommitAsync(stop);
        // What staff may do hangs on it.
        ring.ForgetAllOf(user);
        await notices.Tell(
            user,
            "A passkey was taken away",
            $"The passkey '{name}' opens your account no more. If it was not you, set a new password at once and tell us."
        );
        return Results.NoContent();
    }

    // Keys that staff made follow (Narrowing).
    const string RemoveWriterSql = """
        with person as (update identity.users set rights_shrank_at = now() where id = @user)
        delete from identity.passkeys where id = @passkey and user_id = @user returning name
        """;
}
