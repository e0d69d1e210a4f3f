using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Passwords;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.SecondFactors;

/// <summary><c>POST /v1/me/recovery-codes</c></summary>
static class RenewRecoveryCodes
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/me/recovery-codes", Post)
            .WithSummary("Get new recovery codes")
            .WithDescription("The ones before are worth nothing then. Takes no body. Needs a confirmation of the last ten minutes.")
            .Produces<RecoveryCodesAnswer>();

    static async Task<IResult> Post(HttpContext context, Database database, RecoveryCodes codes, Notices notices, TimeProvider time)
    {
        var stop = context.RequestAborted;
        var user = Caller.Of(context).Id;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await PasswordLock.Take(connection, transaction, user, stop);
        var isThere = await connection.QuerySingleAsync<bool>(
            new CommandDefinition(IsThereWriterSql, new { user }, transaction, cancellationToken: stop)
        );
        if (!isThere)
            return Refusals.NoAuthenticator.Because("There is neither an authenticator nor a passkey.");
        var answer = await codes.Renew(connection, transaction, user, stop);
        await ActivityLog.Write(connection, transaction, user, ActivityType.RecoveryCodesRenewed, context, time.GetUtcNow());
        await transaction.CommitAsync(stop);
        await notices.Tell(
            user,
            "You have new recovery codes",
            "New recovery codes were made for your account; the old ones are worth nothing. If it was not you, set a new password at once and tell us."
        );
        return Results.Ok(answer);
    }

    const string IsThereWriterSql = $"select {SecondFactor.IsThere} from identity.users u where u.id = @user";
}
