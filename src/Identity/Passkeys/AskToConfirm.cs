using Dapper;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Passkeys;

/// <summary><c>POST /v1/auth/confirm/passkey</c></summary>
static class AskToConfirm
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/confirm/passkey", Post)
            .WithName("beginPasskeyConfirmation")
            .WithSummary("Begin to confirm with a passkey")
            .WithDescription(
                "Gives what `navigator.credentials.get()` takes; its answer goes to `POST /v1/auth/confirm` in this session, as `passkey`. Takes no body."
            )
            .Produces<PasskeyChallenge>(StatusCodes.Status201Created);

    static async Task<IResult> Post(HttpContext context, Database database, PasskeyDesk passkeys)
    {
        var stop = context.RequestAborted;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        var hasPasskey = await connection.QuerySingleAsync<bool>(
            new CommandDefinition(HasPasskeyWriterSql, new { user = Caller.Of(context).Id }, cancellationToken: stop)
        );
        return hasPasskey
            ? Results.Created((string?)null, await passkeys.Ask(connection, ScopeOf(context), context))
            : Refusals.NoSuchPasskey.Because("There is no passkey.");
    }

    /// <summary>Whoever is signed in, in this session.</summary>
    public static PasskeyScope ScopeOf(HttpContext context) =>
        new(PasskeyPurpose.Confirmation, Caller.Of(context).Id, Caller.Of(context).Session);

    const string HasPasskeyWriterSql = "select exists (select from identity.passkeys where user_id = @user)";
}
