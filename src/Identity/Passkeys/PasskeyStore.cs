using Dapper;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Hazina.Identity.Passkeys;

/// <summary>Somebody, as the framework's passkey handler needs to know them.</summary>
sealed record PasskeyOwner(Guid Id);

/// <summary>
/// What the framework's passkey handler reads, as the writer, on one connection. It writes nothing: what comes of a ceremony is written by who asked for
/// it, together with what the passkey allows.
/// </summary>
sealed class PasskeyStore(NpgsqlConnection connection) : IUserPasskeyStore<PasskeyOwner>
{
    public Task<string> GetUserIdAsync(PasskeyOwner user, CancellationToken cancellationToken) => Task.FromResult(user.Id.ToString());

    public async Task<PasskeyOwner?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Guid.TryParseExact(userId, "D", out var id) ? await Owner(FindOwnerWriterSql, new { id }, cancellationToken) : null;

    public Task<PasskeyOwner?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        Owner(FindOwnerByPasskeyWriterSql, new { credentialId }, cancellationToken);

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(PasskeyOwner user, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(ListWriterSql, new { user = user.Id }, cancellationToken: cancellationToken)
        );
        return [.. rows.Select(r => r.Info())];
    }

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(PasskeyOwner user, byte[] credentialId, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition(FindWriterSql, new { user = user.Id, credentialId }, cancellationToken: cancellationToken)
        );
        return row?.Info();
    }

    public Task AddOrUpdatePasskeyAsync(PasskeyOwner user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw NotHere();

    public Task RemovePasskeyAsync(PasskeyOwner user, byte[] credentialId, CancellationToken cancellationToken) => throw NotHere();

    public Task<IdentityResult> CreateAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw NotHere();

    public Task<IdentityResult> UpdateAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw NotHere();

    public Task<IdentityResult> DeleteAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw NotHere();

    public Task<PasskeyOwner?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw NotHere();

    public Task<string?> GetUserNameAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw NotHere();

    public Task<string?> GetNormalizedUserNameAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw NotHere();

    public Task SetUserNameAsync(PasskeyOwner user, string? userName, CancellationToken cancellationToken) => throw NotHere();

    public Task SetNormalizedUserNameAsync(PasskeyOwner user, string? normalizedName, CancellationToken cancellationToken) =>
        throw NotHere();

    /// <summary>The connection is its opener's.</summary>
    public void Dispose() { }

    static NotSupportedException NotHere() => new("People and passkeys are written by the verbs.");

    async Task<PasskeyOwner?> Owner(string sql, object values, CancellationToken cancellation) =>
        await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(sql, values, cancellationToken: cancellation)) is { } id
            ? new PasskeyOwner(id)
            : null;

    sealed record Row(
        byte[] CredentialId,
        byte[] PublicKey,
        string[] Transports,
        bool IsBackupEligible,
        bool IsBackedUp,
        DateTimeOffset CreatedAt
    )
    {
        /// <summary>
        /// With a counter of zero, which every counter passes: it is compared where it is stored, so that two who come at once do not both pass.
        /// </summary>
        public UserPasskeyInfo Info() =>
            new(
                CredentialId,
                PublicKey,
                CreatedAt,
                signCount: 0,
                Transports,
                isUserVerified: true,
                IsBackupEligible,
                IsBackedUp,
                attestationObject: [],
                clientDataJson: []
            );
    }

    const string FindOwnerWriterSql = "select id from identity.users where id = @id and deleted_at is null";
    const string FindOwnerByPasskeyWriterSql = "select user_id from identity.passkeys where credential_id = @credentialId";

    const string ListWriterSql = """
        select credential_id, public_key, transports, is_backup_eligible, is_backed_up, created_at from identity.passkeys where user_id = @user order by id
        """;

    const string FindWriterSql = """
        select credential_id, public_key, transports, is_backup_eligible, is_backed_up, created_at
          from identity.passkeys
         where user_id = @user and credential_id = @credentialId
        """;
}
