using System.ComponentModel;
using System.Text.Json;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Passwords;
using Hazina.Identity.SecondFactors;
using Hazina.Identity.Sessions;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Identity.Passkeys;

/// <summary><c>POST /v1/me/passkeys</c></summary>
static class AddPasskey
{
    const int MostTransports = 10,
        LongestTransport = 20;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/me/passkeys", Post)
            .WithSummary("Add a passkey")
            .WithDescription(
                """
                Takes what `navigator.credentials.create()` has made of the challenge of `POST /v1/me/passkeys/begin`. From now on its owner signs in with the
                passkey alone; signing in by password asks for it, or for another second factor. The first second factor of a person comes with recovery codes,
                which are shown this once. Needs a confirmation of the last ten minutes.
                """
            )
            .Produces<Answer>(StatusCodes.Status201Created);

    [Description("A new passkey.")]
    public sealed record Request(
        [property: Description("The id of the passkey_challenge.")] Guid? Challenge,
        [property: Description("What navigator.credentials.create() has given, by its toJSON().")] JsonElement? Credential,
        [property: Description("What its owner calls it, such as the device's name; 1 to 100 characters.")] string? Name
    );

    [Description("A passkey that was added.")]
    public sealed record Answer(
        PasskeyAnswer Passkey,
        [property: Description("For whoever loses every second factor; there where this is the first.")] RecoveryCodesAnswer? RecoveryCodes
    )
    {
        [Description("Always new_passkey.")]
        public string Object => "new_passkey";
    }

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        Database database,
        PasskeyDesk passkeys,
        RecoveryCodes codes,
        Confirmations confirmations,
        Notices notices,
        SessionRing ring,
        TimeProvider time
    )
    {
        var check = new Validation();
        var proof = check.Passkey(body.Challenge, body.Credential);
        var name = check.PasskeyName(body.Name);
        if (check.Failed(out var refusal))
            return refusal;

        var stop = context.RequestAborted;
        var user = Caller.Of(context).Id;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        if (await passkeys.CheckNew(connection, BeginPasskey.ScopeOf(context), proof, context) is not { } made)
            return Refusals.PasskeyInvalid.Because("The passkey cannot be added.", "/credential");

        var now = time.GetUtcNow();
        await using var transaction = await connection.BeginTransactionAsync(stop);
        // A sign-in that is being let in is over before this, or asks for a second factor.
        await PasswordLock.Take(connection, transaction, user, stop);
        if (await confirmations.Missing(connection, transaction, Caller.Of(context).Session!.Value, stop) is { } missing)
            return missing;
        var before = await connection.QuerySingleAsync<Standing>(
            new CommandDefinition(StandingWriterSql, new { user }, transaction, cancellationToken: stop)
        );
        if (before.Passkeys >= BeginPasskey.Most)
            return Refusals.TooManyPasskeys.Because($"There are {before.Passkeys} passkeys.");
        var passkey = new PasskeyAnswer(Guid.CreateVersion7(now), name, made.IsBackedUp, now, null);
        if (!await Insert(connection, transaction, user, passkey, made, stop))
            return Refusals.PasskeyInvalid.Because("The passkey cannot be added.", "/credential");
        var recovery = before.HasSecondFactor
            ? null
            : await codes.RenewWithFirst(connection, transaction, user, Caller.Of(context).Session!.Value, stop);
        var told = Details.OfFactor(Events.SecondFactorAdded, user, "passkey", now);
        await ActivityLog.Write(connection, transaction, user, ActivityType.PasskeyAdded, context, now, told);
        await transaction.CommitAsync(stop);
        // What staff may do hangs on it.
        ring.ForgetAllOf(user);
        await notices.Tell(
            user,
            "A passkey was added",
            $"The passkey '{name}' was added to your account: whoever has its device can sign in. If it was not you, take it away and set a new password."
        );
        return Results.Created($"/v1/me/passkeys/{passkey.Id}", new Answer(passkey, recovery));
    }

    /// <returns>False where somebody has it, who was quicker.</returns>
    static async Task<bool> Insert(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid user,
        PasskeyAnswer passkey,
        UserPasskeyInfo made,
        CancellationToken stop
    ) =>
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    passkey.Id,
                    user,
                    made.CredentialId,
                    made.PublicKey,
                    passkey.Name,
                    count = (long)made.SignCount,
                    transports = Transports(made),
                    made.IsBackupEligible,
                    made.IsBackedUp,
                    now = passkey.CreatedAt,
                },
                transaction,
                cancellationToken: stop
            )
        ) == 1;

    /// <summary>Hints for browsers, given by a browser: those that look like some.</summary>
    static string[] Transports(UserPasskeyInfo made) =>
        [
            .. (made.Transports ?? [])
                .Where(t => t.Length is > 0 and <= LongestTransport && t.All(c => char.IsAsciiLetterLower(c) || c == '-'))
                .Distinct(StringComparer.Ordinal)
                .Take(MostTransports),
        ];

    sealed record Standing(int Passkeys, bool HasSecondFactor);

    const string StandingWriterSql = $"""
        select (select count(*)::int from identity.passkeys k where k.user_id = u.id) as passkeys, {SecondFactor.IsThere} as has_second_factor
          from identity.users u
         where u.id = @user
        """;

    const string InsertWriterSql = """
        insert into identity.passkeys
               (id, user_id, credential_id, public_key, name, sign_count, transports, is_backup_eligible, is_backed_up, created_at)
        values (@id, @user, @credentialId, @publicKey, @name, @count, @transports, @isBackupEligible, @isBackedUp, @now)
        on conflict (credential_id) do nothing
        """;
}
