using Dapper;
using Hazina.Identity.SigningIn;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Options;

namespace Hazina.Identity;

/// <summary>Clears away what nobody can use any more: old claims, codes, counts, and sessions and invitations that ended long ago.</summary>
sealed class Sweeper(Database database, Throttle throttle, IOptions<IdentityOptions> options, TimeProvider time)
{
    // Signing in looks at sessions of the last ninety days, to know an account's own places again.
    static readonly TimeSpan SessionsKept = TimeSpan.FromDays(90),
        InvitationsKept = TimeSpan.FromDays(90),
        CodesKept = TimeSpan.FromDays(1);

    public async Task Sweep(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await throttle.Sweep(cancellation);
        await using var connection = await database.Writer("identity").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            new CommandDefinition(
                ClaimsWriterSql,
                new { before = now - options.Value.RegistrationLifetime },
                cancellationToken: cancellation
            )
        );
        await connection.ExecuteAsync(
            new CommandDefinition(CodesWriterSql, new { before = now - CodesKept }, cancellationToken: cancellation)
        );
        await connection.ExecuteAsync(
            new CommandDefinition(SessionsWriterSql, new { before = now - SessionsKept }, cancellationToken: cancellation)
        );
        await connection.ExecuteAsync(
            new CommandDefinition(SignInsWriterSql, new { before = now - CodesKept }, cancellationToken: cancellation)
        );
        await connection.ExecuteAsync(
            new CommandDefinition(AuthenticatorsWriterSql, new { before = now - CodesKept }, cancellationToken: cancellation)
        );
        await connection.ExecuteAsync(
            new CommandDefinition(ChallengesWriterSql, new { before = now - CodesKept }, cancellationToken: cancellation)
        );
        await connection.ExecuteAsync(
            new CommandDefinition(AttemptsWriterSql, new { before = now - CodesKept }, cancellationToken: cancellation)
        );
        await connection.ExecuteAsync(
            new CommandDefinition(InvitationsWriterSql, new { before = now - InvitationsKept }, cancellationToken: cancellation)
        );
    }

    const string InvitationsWriterSql = "delete from identity.invitations where expires_at < @before";
    const string ClaimsWriterSql = "delete from identity.users where status = 'pending_verification' and created_at < @before";
    const string CodesWriterSql = "delete from identity.codes where expires_at < @before";
    const string SignInsWriterSql = "delete from identity.sign_ins where expires_at < @before";
    const string AuthenticatorsWriterSql = "delete from identity.authenticators where confirmed_at is null and created_at < @before";
    const string ChallengesWriterSql = "delete from identity.passkey_challenges where expires_at < @before";
    const string AttemptsWriterSql = "delete from identity.linked_login_attempts where expires_at < @before";
    const string SessionsWriterSql = "delete from identity.sessions where expires_at < @before";
}
