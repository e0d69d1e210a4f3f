using Dapper;
using Npgsql;

namespace Hazina.Identity.Passwords;

/// <summary>
/// What lets somebody in and what shuts people out take turns on the row of the password: nobody comes in by a password that is being changed.
/// Each waits in a statement of its own, so that the statements after it see what was committed meanwhile.
/// </summary>
static class PasswordLock
{
    /// <summary>For what lets somebody in, to the end of the transaction; side by side with others that do.</summary>
    /// <param name="seen">The hash that was checked; null where it was checked earlier, and what came of it is read after this.</param>
    /// <returns>False where the password is another one by now.</returns>
    public static async Task<bool> Share(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid user,
        string? seen,
        CancellationToken cancellation
    ) =>
        await connection.QuerySingleOrDefaultAsync<Guid?>(
            new CommandDefinition(ShareWriterSql, new { user, seen }, transaction, cancellationToken: cancellation)
        )
            is not null;

    /// <summary>For what changes how somebody gets in, to the end of the transaction, alone.</summary>
    /// <returns>The hash of now; null for who has none.</returns>
    public static Task<string?> Take(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid user,
        CancellationToken cancellation
    ) =>
        connection.QuerySingleOrDefaultAsync<string>(
            new CommandDefinition(TakeWriterSql, new { user }, transaction, cancellationToken: cancellation)
        );

    const string ShareWriterSql = """
        select user_id from identity.passwords where user_id = @user and (@seen::text is null or hash = @seen) for share
        """;

    const string TakeWriterSql = "select hash from identity.passwords where user_id = @user for update";
}
