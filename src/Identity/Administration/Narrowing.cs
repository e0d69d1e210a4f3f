using Dapper;
using Hazina.Identity.SecondFactors;
using Hazina.Identity.Sessions;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;

namespace Hazina.Identity.Administration;

/// <summary>
/// Takes what somebody may not do any more from wherever it was handed on to: sessions that this server remembers, and keys that the person made. The
/// platform's keys are not in the transaction that takes it, and another server may know the person's rights for some seconds and let them make one more key.
/// So the person is marked, and looked at again until both can no longer be.
/// </summary>
sealed class Narrowing(Database database, RolePermissions permissions, SessionRing ring, ApiKeys keys, TimeProvider time)
{
    static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    /// <summary>After the commit of what has set <c>rights_shrank_at</c>. It has happened, whether or not the caller still listens.</summary>
    public async Task Of(Guid user)
    {
        ring.ForgetAllOf(user);
        await using var connection = await database.Beside("identity").OpenConnectionAsync(CancellationToken.None);
        if (await connection.QuerySingleOrDefaultAsync<Row>(FindWriterSql, new { user }) is { } row)
            await Narrow(row, CancellationToken.None);
    }

    /// <summary>Everybody who is marked.</summary>
    public async Task Sweep(CancellationToken cancellation)
    {
        await using var connection = await database.Beside("identity").OpenConnectionAsync(cancellation);
        foreach (var row in await connection.QueryAsync<Row>(new CommandDefinition(MarkedWriterSql, cancellationToken: cancellation)))
        {
            await Narrow(row, cancellation);
            await connection.ExecuteAsync(
                new CommandDefinition(
                    ClearWriterSql,
                    new
                    {
                        row.Id,
                        seen = row.RightsShrankAt,
                        before = time.GetUtcNow() - Settled,
                    },
                    cancellationToken: cancellation
                )
            );
        }
    }

    Task<int> Narrow(Row row, CancellationToken cancellation) =>
        keys.Narrow(row.Id, row.Status == "active" ? permissions.Of(row.Roles, row.HasSecondFactor) : [], cancellation);

    sealed record Row(Guid Id, string[] Roles, string Status, DateTimeOffset? RightsShrankAt, bool HasSecondFactor);

    const string FindWriterSql = $"""
        select u.id, u.roles, u.status, u.rights_shrank_at, {SecondFactor.IsThere} as has_second_factor from identity.users u where u.id = @user
        """;

    const string MarkedWriterSql = $"""
        select u.id, u.roles, u.status, u.rights_shrank_at, {SecondFactor.IsThere} as has_second_factor
          from identity.users u where u.rights_shrank_at is not null order by u.rights_shrank_at limit 1000
        """;

    const string ClearWriterSql = """
        update identity.users set rights_shrank_at = null where id = @id and rights_shrank_at = @seen and rights_shrank_at < @before
        """;
}
