using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Passkeys;

/// <summary><c>POST /v1/auth/sign-in/passkey/begin</c></summary>
static class AskForPasskey
{
    public static readonly PasskeyScope Scope = new(PasskeyPurpose.SignIn);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/sign-in/passkey/begin", Post)
            .WithName("beginPasskeySignIn")
            .WithSummary("Begin to sign in with a passkey")
            .WithDescription(
                """
                Gives what `navigator.credentials.get()` takes; its answer goes to `POST /v1/auth/sign-in/passkey` within five minutes. Nobody says who they
                are: the device shows whose passkeys it holds, and the options are the same for everybody. Takes no body.
                """
            )
            .Produces<PasskeyChallenge>(StatusCodes.Status201Created);

    static async Task<IResult> Post(HttpContext context, Database database, PasskeyDesk passkeys)
    {
        await using var connection = await database.Writer("identity").OpenConnectionAsync(context.RequestAborted);
        return Results.Created((string?)null, await passkeys.Ask(connection, Scope, context));
    }
}
