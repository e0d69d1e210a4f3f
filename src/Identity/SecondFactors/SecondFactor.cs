using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Passkeys;
using Hazina.Identity.Passwords;
using Hazina.Identity.SigningIn;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Identity.SecondFactors;

/// <summary>Checks second factors and uses them up: a code is good for one thing, once.</summary>
sealed class SecondFactor(Database database, FieldCipher cipher, Pepper pepper, PasskeyDesk passkeys, Throttle throttle, TimeProvider time)
{
    /// <summary>Whether somebody (<c>u</c>) has one, for a query that names them.</summary>
    public const string IsThere = """
        (exists (select from identity.authenticators f where f.user_id = u.id and f.confirmed_at is not null)
            or exists (select from identity.passkeys f where f.user_id = u.id))
        """;

    static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15),
        Day = TimeSpan.FromDays(1);

    /// <summary>Where apps' secrets are stored.</summary>
    public static readonly EncryptedColumn Secrets = new("identity", "authenticators", "secret");

    public static string PlaceOf(Guid authenticator) => Secrets.PlaceOf(authenticator);

    /// <summary>Looks at a passkey, outside of a transaction: its challenge is used up in any case. Other proofs are looked at when they are used.</summary>
    public async Task<FactorProof> Look(NpgsqlConnection connection, PasskeyScope scope, FactorProof proof, HttpContext context) =>
        proof.Passkey is { } passkey ? proof with { Shown = await passkeys.Check(connection, scope, passkey, context) } : proof;

    /// <summary>Writes down that what was shown was wrong, outside of the transaction in which it was.</summary>
    public async Task NoteWrong(NpgsqlConnection connection, Guid user, FactorProof proof, HttpContext context)
    {
        await ActivityLog.Write(connection, null, user, ActivityType.SecondFactorFailed, context, time.GetUtcNow());
        if (proof.Shown is { } shown)
            await passkeys.NoteCopy(connection, shown, context);
    }

    public static Refusal Wrong(FactorProof proof) =>
        Refusals.WrongSecondFactor.Because(
            proof.Passkey is null ? "The code is not right, or was used before." : "The passkey was not accepted.",
            proof.Pointer
        );

    /// <summary>Whether what is shown is right, which uses it up as part of the transaction.</summary>
    /// <param name="connection">As the writer.</param>
    /// <param name="transaction">With what the factor allows; rolled back where it is wrong.</param>
    public async Task<bool> Use(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid user,
        FactorProof proof,
        CancellationToken cancellation
    )
    {
        var now = time.GetUtcNow();
        if (proof.Passkey is not null)
            return proof.Shown is { } shown && await passkeys.Use(connection, transaction, shown, cancellation);
        if (proof.RecoveryCode is { } recovery)
        {
            var hash = RecoveryCode.Hash(pepper, user, recovery);
            return await connection.ExecuteAsync(
                    new CommandDefinition(
                        UseRecoveryWriterSql,
                        new
                        {
                            user,
                            hash,
                            now,
                        },
                        transaction,
                        cancellationToken: cancellation
                    )
                ) == 1;
        }

        var app = await connection.QuerySingleOrDefaultAsync<App>(
            new CommandDefinition(FindWriterSql, new { user }, transaction, cancellationToken: cancellation)
        );
        if (app is null || Totp.StepOf(cipher.Open(app.Secret, PlaceOf(app.Id)), proof.Code ?? "", now) is not { } step)
            return false;
        return await connection.ExecuteAsync(
                new CommandDefinition(UseCodeWriterSql, new { app.Id, step }, transaction, cancellationToken: cancellation)
            ) == 1;
    }

    /// <summary>
    /// Counts an attempt; give it back by <see cref="GiveBack"/> when it was right. Places from which the account was used before have attempts of
    /// their own: whoever knows the password can keep nobody out.
    /// </summary>
    public async Task<Refusal?> Take(Guid user, string network, CancellationToken cancellation)
    {
        await using var connection = await database.Beside("identity").OpenConnectionAsync(cancellation);
        var isKnownHere = await connection.QuerySingleAsync<bool>(
            new CommandDefinition(
                KnownWriterSql,
                new
                {
                    user,
                    network,
                    since = time.GetUtcNow().AddDays(-90),
                },
                cancellationToken: cancellation
            )
        );
        return await throttle.Take(cancellation, Limits(user, network, isKnownHere));
    }

    public Task GiveBack(Guid user, string network, CancellationToken cancellation) =>
        throttle.GiveBack(cancellation, Limits(user, network, isKnownHere: true));

    static Limit[] Limits(Guid user, string network, bool isKnownHere) =>
        [
            new($"second factor of {user} from {network}", 10, Quarter),
            new($"second factor of {user} from {network} in a day", 50, Day),
            new($"second factor of {user}", 50, Day, Counts: !isKnownHere),
        ];

    sealed record App(Guid Id, byte[] Secret);

    const string FindWriterSql =
        "select id, secret from identity.authenticators where user_id = @user and confirmed_at is not null for update";

    const string UseCodeWriterSql = "update identity.authenticators set last_step = @step where id = @id and last_step < @step";

    const string UseRecoveryWriterSql = """
        update identity.recovery_codes set used_at = @now where user_id = @user and hash = @hash and used_at is null
        """;

    const string KnownWriterSql = """
        select exists (
            select from identity.sessions s where s.user_id = @user and s.network = @network::inet and s.created_at > @since)
        """;
}
