using System.ComponentModel;
using System.Text.Json;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Passwords;
using Hazina.Identity.SigningIn;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Identity.Passkeys;

/// <summary><c>POST /v1/auth/sign-in/passkey</c></summary>
static class SignInByPasskey
{
    static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/sign-in/passkey", Post)
            .WithSummary("Sign in with a passkey")
            .WithDescription(
                """
                Takes what `navigator.credentials.get()` has made of the challenge of `POST /v1/auth/sign-in/passkey/begin`, and begins a session. There is no
                second step: a passkey is something that its owner has, and the device has seen that it is its owner who uses it.
                """
            )
            .Produces<NewSession>(StatusCodes.Status201Created);

    [Description("A passkey.")]
    public sealed record Request(
        [property: Description("The id of the passkey_challenge.")] Guid? Challenge,
        [property: Description("What navigator.credentials.get() has given, by its toJSON().")] JsonElement? Credential,
        [property: Description("What the device is called, so that its session is known again in the list.")] string? Device = null
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        Database database,
        PasskeyDesk passkeys,
        Throttle throttle,
        SessionStart sessions,
        TimeProvider time
    )
    {
        var check = new Validation();
        var proof = check.Passkey(body.Challenge, body.Credential);
        check.OptionalText(body.Device, "/device", 100, min: 1);
        if (check.Failed(out var refusal))
            return refusal;

        var stop = context.RequestAborted;
        // Nobody guesses a signature; what is bounded is the work of looking at them.
        Limit[] limits =
        [
            new($"passkey challenge {proof.Challenge}", 5, Quarter),
            new($"passkeys from {Throttle.Network(context.Connection.RemoteIpAddress)}", 200, Quarter),
        ];
        if (await throttle.Take(stop, limits) is { } wait)
            return wait;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        var shown = await passkeys.Check(connection, AskForPasskey.Scope, proof, context);
        var answer = shown is null ? null : await LetIn(connection, shown, body.Device, context, passkeys, sessions);
        if (answer is null)
        {
            await ActivityLog.Write(connection, null, shown?.User, ActivityType.SignInFailed, context, time.GetUtcNow());
            if (shown is not null)
                await passkeys.NoteCopy(connection, shown, context);
            return Refusals.WrongPasskey.Because("The passkey was not accepted.", "/credential");
        }

        if (answer is Refusal no)
            return await FirstStep.TurnAway(connection, shown!.User, no, context, time.GetUtcNow());
        await connection.CloseAsync();
        await throttle.GiveBack(stop, limits);
        return answer;
    }

    /// <summary>All or nothing; null where the passkey was taken away meanwhile, or its counter went back.</summary>
    static async Task<IResult?> LetIn(
        NpgsqlConnection connection,
        PasskeyUse shown,
        string? device,
        HttpContext context,
        PasskeyDesk passkeys,
        SessionStart sessions
    )
    {
        var stop = context.RequestAborted;
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await PasswordLock.Share(connection, transaction, shown.User, seen: null, stop);
        if (!await passkeys.Use(connection, transaction, shown, stop))
            return null;
        var status = await connection.QuerySingleOrDefaultAsync<string>(
            new CommandDefinition(StatusWriterSql, new { shown.User }, transaction, cancellationToken: stop)
        );
        if (status == "suspended")
            return Refusals.Suspended.Because("The account is suspended.");
        if (await sessions.Begin(connection, transaction, shown.User, device, context) is not { } session)
            return null;
        await transaction.CommitAsync(stop);
        return Results.Created($"/v1/sessions/{session.Id}", session);
    }

    const string StatusWriterSql = "select status from identity.users where id = @user";
}
