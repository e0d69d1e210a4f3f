using Dapper;
using Hazina.Platform.Http;
using Npgsql;

namespace Hazina.Identity.LinkedLogins;

/// <summary>By what somebody signs in: a password, a passkey or a linked login. The last of them stays.</summary>
static class WaysIn
{
    /// <summary>After one was taken away, as part of the same transaction, which is rolled back where none is left.</summary>
    public static Task<bool> IsLeft(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid user,
        CancellationToken cancellation
    ) =>
        connection.QuerySingleAsync<bool>(
            new CommandDefinition(IsLeftWriterSql, new { user }, transaction, cancellationToken: cancellation)
        );

    public static Refusal LastOne() => Refusals.LastWayIn.Because("Nobody could sign in any more.");

    const string IsLeftWriterSql = """
        select exists (select from identity.passwords where user_id = @user and hash is not null)
            or exists (select from identity.passkeys where user_id = @user)
            or exists (select from identity.linked_logins where user_id = @user)
        """;
}
