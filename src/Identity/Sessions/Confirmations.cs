using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Identity.Sessions;

/// <summary>
/// Whether who is signed in has lately shown again that they are who they are: whoever finds an open session does no lasting harm with it.
/// </summary>
sealed class Confirmations(Database database, IOptions<IdentityOptions> options, TimeProvider time)
{
    /// <summary>Until when what is confirmed now counts.</summary>
    public DateTimeOffset Until(DateTimeOffset now) => now + options.Value.ConfirmationLifetime;

    /// <summary>A no where the session has to be confirmed first; read from the database, so that all servers know at once.</summary>
    public async Task<Refusal?> Missing(Guid session, CancellationToken cancellation)
    {
        await using var connection = await database.Beside("identity").OpenConnectionAsync(cancellation);
        return await Missing(connection, transaction: null, session, cancellation);
    }

    /// <inheritdoc cref="Missing(Guid, CancellationToken)"/>
    /// <param name="connection">As the writer.</param>
    /// <param name="transaction">Of what needs the confirmation.</param>
    public async Task<Refusal?> Missing(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        Guid session,
        CancellationToken cancellation
    )
    {
        var now = time.GetUtcNow();
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition(
                FindWriterSql,
                new
                {
                    session,
                    now,
                    since = now - options.Value.ConfirmationLifetime,
                },
                transaction,
                cancellationToken: cancellation
            )
        );
        return row is { IsFresh: true } ? null : Refusals.ConfirmationRequired.Because($"Confirm by {What(row)}, and repeat the call.");

        static string What(Row? row) =>
            (row?.HasAuthenticator == true, row?.HasPasskey == true) switch
            {
                (true, true) => "POST /v1/auth/confirm with a code of the authenticator app or a passkey",
                (true, false) => "POST /v1/auth/confirm with a code of the authenticator app",
                (false, true) => "POST /v1/auth/confirm with a passkey",
                _ => row?.HasPassword == false ? "signing in anew" : "POST /v1/auth/confirm with the password",
            };
    }

    sealed record Row(bool IsFresh, bool HasAuthenticator, bool HasPasskey, bool HasPassword);

    // Servers remember sessions for a while: one that was ended elsewhere may still come as far as this.
    const string FindWriterSql = """
        select coalesce(s.confirmed_at > @since, false) and s.ended_at is null and s.expires_at > @now as is_fresh,
               exists (select from identity.authenticators a where a.user_id = s.user_id and a.confirmed_at is not null) as has_authenticator,
               exists (select from identity.passkeys k where k.user_id = s.user_id) as has_passkey,
               exists (select from identity.passwords p where p.user_id = s.user_id and p.hash is not null) as has_password
          from identity.sessions s
         where s.id = @session
        """;
}
