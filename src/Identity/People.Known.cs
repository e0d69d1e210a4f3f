using Dapper;
using Hazina.Identity.Organizations;
using Hazina.Identity.Users;
using Hazina.Platform.Security;
using Npgsql;

namespace Hazina.Identity;

/// <summary>What modules above ask about people and organisations. Whoever is told a name shows no more of it than its own rules allow.</summary>
public sealed partial class People
{
    const int MostAtOnce = 256;

    static readonly string[] SeeMoney = OrganizationRights.RolesWith(OrganizationRight.SeeMoney);
    static readonly string[] MoveMoney = OrganizationRights.RolesWith(OrganizationRight.MoveMoney);

    /// <summary>The organisations whose money somebody may see, and whether they may move it. Suspended ones are seen, and nothing of them is moved.</summary>
    public async Task<IReadOnlyList<MoneyRight>> MoneyRightsOf(Guid person, CancellationToken cancellation = default)
    {
        await using var connection = await database.Beside("identity").OpenConnectionAsync(cancellation);
        return
        [
            .. await connection.QueryAsync<MoneyRight>(
                new CommandDefinition(
                    MoneyRightsWriterSql,
                    new
                    {
                        person,
                        see = SeeMoney,
                        move = MoveMoney,
                    },
                    cancellationToken: cancellation
                )
            ),
        ];
    }

    /// <summary>Whether a person is a holder of money, or sees the money of the organisation that is: staff decides about others.</summary>
    public async Task<bool> IsNear(Guid person, Guid holder, CancellationToken cancellation = default) =>
        person == holder || (await MoneyRightsOf(person, cancellation)).Any(r => r.Organization == holder);

    /// <summary>Whose money a caller deals with: one's own and that of organisations; as a key that of whom it belongs to.</summary>
    public async Task<MoneyOwners> MoneyOwnersOf(Caller caller, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return caller.Session is null
            ? new MoneyOwners(caller.KeyOfPerson, caller.KeyOfOrganization is { } owner ? [new MoneyRight(owner, MayMove: true)] : [])
            : new MoneyOwners(caller.Id, await MoneyRightsOf(caller.Id, cancellation));
    }

    /// <summary>Whoever has a verified e-mail address, a verified phone number or a username, and is active; null when nobody has.</summary>
    public async Task<Known?> FindByContact(string text, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        var contact = Contact.Read(text);
        await using var connection = await database.Beside("identity").OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<Known>(
            new CommandDefinition(
                FindByContactWriterSql,
                new { contact = contact?.Value, username = contact is null ? text : null },
                cancellationToken: cancellation
            )
        );
    }

    /// <summary>A person or an organisation by id; null where there is none that is active.</summary>
    public Task<Known?> FindById(Guid id, CancellationToken cancellation = default) => known.Ask(id, cancellation);

    /// <summary>Asked by everybody who pays somebody: by one question for all who ask at that moment.</summary>
    static async Task<IReadOnlyList<Known?>> FindEach(NpgsqlConnection connection, IReadOnlyList<Guid> ids)
    {
        var found = (await connection.QueryAsync<Known>(FindByIdsWriterSql, new { ids })).ToDictionary(k => k.Id);
        return [.. ids.Select(found.GetValueOrDefault)];
    }

    const string MoneyRightsWriterSql = """
        select m.organization_id as organization, m.role = any (@move::text[]) and o.status = 'active' as may_move
          from identity.members m
          join identity.organizations o on o.id = m.organization_id
         where m.user_id = @person and m.role = any (@see::text[])
        """;

    const string FindByContactWriterSql = """
        select u.id, coalesce(u.full_name, nullif(concat_ws(' ', u.first_name, u.last_name), ''), u.username) as name, false as is_organization
          from identity.users u
         where u.status = 'active' and u.deleted_at is null
           and (u.email = @contact and u.email_verified_at is not null
                or u.phone = @contact and u.phone_verified_at is not null
                or lower(u.username) = lower(@username))
         limit 1
        """;

    const string FindByIdsWriterSql = """
        select u.id, coalesce(u.full_name, nullif(concat_ws(' ', u.first_name, u.last_name), ''), u.username) as name, false as is_organization
          from identity.users u where u.id = any (@ids::uuid[]) and u.status = 'active' and u.deleted_at is null
        union all
        select o.id, coalesce(o.trading_name, o.legal_name), true from identity.organizations o where o.id = any (@ids::uuid[]) and o.status = 'active'
        """;
}

/// <summary>What a member may do with an organisation's money; at least see it.</summary>
public sealed record MoneyRight(Guid Organization, bool MayMove);

/// <summary>Somebody, or an organisation, as they are called; null where they have not said.</summary>
public sealed record Known(Guid Id, string? Name, bool IsOrganization);

/// <summary>Whose money a caller deals with.</summary>
/// <param name="Person">Null for an organisation's key, and for the operator's.</param>
public sealed record MoneyOwners(Guid? Person, IReadOnlyList<MoneyRight> Organizations)
{
    public bool Includes(Guid holder) => holder == Person || Organizations.Any(o => o.Organization == holder);
}
