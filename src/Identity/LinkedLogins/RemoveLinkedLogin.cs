using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Passwords;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.LinkedLogins;

/// <summary><c>DELETE /v1/me/linked-logins/{login}</c></summary>
static class RemoveLinkedLogin
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapDelete("/me/linked-logins/{login}", Delete)
            .WithSummary("Take a linked login away")
            .WithDescription(
                "Sessions that were begun by it go on; `DELETE /v1/sessions` ends them. The last way to sign in stays. Needs a confirmation of the last ten "
                    + "minutes."
            )
            .Produces(StatusCodes.Status204NoContent);

    static async Task<IResult> Delete(
        Guid login,
        HttpContext context,
        Database database,
        Providers providers,
        Notices notices,
        TimeProvider time
    )
    {
        var stop = context.RequestAborted;
        var user = Caller.Of(context).Id;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await PasswordLock.Take(connection, transaction, user, stop);
        var provider = await connection.QuerySingleOrDefaultAsync<string>(
            new CommandDefinition(RemoveWriterSql, new { user, login }, transaction, cancellationToken: stop)
        );
        if (provider is null)
            return Refusals.NoSuchLinkedLogin.Because($"There is no linked login {login}.", "login");
        if (!await WaysIn.IsLeft(connection, transaction, user, stop))
            return WaysIn.LastOne();
        var told = new ActivityDetails { After = new { provider } };
        await ActivityLog.Write(connection, transaction, user, ActivityType.LinkedLoginRemoved, context, time.GetUtcNow(), told);
        await transaction.CommitAsync(stop);
        await notices.Tell(
            user,
            "A linked login was taken away",
            $"Your login at {providers.Find(provider)?.Title ?? provider} opens your account no more. If it was not you, set a new password at once and "
                + "tell us."
        );
        return Results.NoContent();
    }

    const string RemoveWriterSql = "delete from identity.linked_logins where id = @login and user_id = @user returning provider";
}
