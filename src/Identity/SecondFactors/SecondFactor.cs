using Dapper;
using Hazina.Identity.Passwords;
using Hazina.Identity.SigningIn;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Npgsql;

namespace Hazina.Identity.SecondFactors;

/// <summary>Checks second factors and uses them up: a code is good for one thing, once.</summary>
sealed class SecondFactor(Database database, FieldCipher cipher, Pepper pepper, Throttle throttle, TimeProvider time)
{
    static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15),
        Day = TimeSpan.FromDays(1);

    /// <summary>Where apps' secrets are stored.</summary>
    public static readonly EncryptedColumn Secrets = new("identity", "authenticators", "secret");

    public static string PlaceOf(Guid authenticator) => Secrets.PlaceOf(authenticator);

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
        await using var connection = await database.Writer("identity").OpenConnectionAsync(cancellation);
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
