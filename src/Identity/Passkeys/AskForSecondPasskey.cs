using System.ComponentModel;
using Dapper;
using Hazina.Identity.Sessions;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Passkeys;

/// <summary><c>POST /v1/auth/sign-in/second-step/passkey</c></summary>
static class AskForSecondPasskey
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/sign-in/second-step/passkey", Post)
            .WithName("beginSecondStepPasskey")
            .WithSummary("Begin the second step with a passkey")
            .WithDescription(
                "Gives what `navigator.credentials.get()` takes; its answer goes to `POST /v1/auth/sign-in/second-step` with the same token, as `passkey`. "
                    + "It costs no attempt."
            )
            .Produces<PasskeyChallenge>(StatusCodes.Status201Created);

    [Description("What the password has begun.")]
    public sealed record Request([property: Description("The token of the sign_in.")] string? Token);

    static async Task<IResult> Post(Request body, HttpContext context, Database database, PasskeyDesk passkeys, TimeProvider time)
    {
        var check = new Validation();
        var token = check.Text(body.Token, "/token", 100);
        if (check.Failed(out var refusal))
            return refusal;

        var stop = context.RequestAborted;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        var begun = await connection.QuerySingleOrDefaultAsync<Begun>(
            new CommandDefinition(FindWriterSql, new { hash = SessionToken.Hash(token), now = time.GetUtcNow() }, cancellationToken: stop)
        );
        if (begun is null)
            return Refusals.SignInOver.Because("There is no such sign-in, or it is over.", "/token");
        if (!begun.HasPasskey)
            return Refusals.NoSuchPasskey.Because("There is no passkey: send a code of the authenticator app, or a recovery code.");
        return Results.Created((string?)null, await passkeys.Ask(connection, ScopeOf(begun.UserId, begun.Id), context));
    }

    /// <summary>Whoever has shown the password, in this sign-in.</summary>
    public static PasskeyScope ScopeOf(Guid user, Guid signIn) => new(PasskeyPurpose.SecondStep, user, signIn);

    sealed record Begun(Guid Id, Guid UserId, bool HasPasskey);

    const string FindWriterSql = """
        select s.id, s.user_id, exists (select from identity.passkeys k where k.user_id = s.user_id) as has_passkey
          from identity.sign_ins s
         where s.token_hash = @hash and s.attempts_left > 0 and s.used_at is null and s.expires_at > @now
        """;
}
