using System.Text.Json.Nodes;
using Dapper;
using Hazina.Identity.Administration;
using Hazina.Identity.Invitations;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Npgsql;

namespace Hazina.Identity.Erasure;

/// <summary>What Identity holds of a person.</summary>
sealed class PersonalRecords(Database database)
{
    static readonly IReadOnlyDictionary<string, string> Parts = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["user"] = UserWriterSql,
        ["profile"] = ProfileWriterSql,
        ["preferences"] = PreferencesWriterSql,
        ["sessions"] = SessionsWriterSql,
        ["authenticators"] = AuthenticatorsWriterSql,
        ["passkeys"] = PasskeysWriterSql,
        ["linked_logins"] = LinkedLoginsWriterSql,
        ["contact_changes"] = ContactChangesWriterSql,
        ["activity"] = ActivityWriterSql,
        ["memberships"] = MembershipsWriterSql,
        ["invitations"] = InvitationsWriterSql,
    };

    public async Task<JsonObject> Export(Guid user, CancellationToken cancellation)
    {
        var whole = new JsonObject();
        await using var connection = await database.Writer("identity").OpenConnectionAsync(cancellation);
        foreach (var (name, sql) in Parts)
        {
            var text = await connection.QuerySingleOrDefaultAsync<string>(
                new CommandDefinition(sql, new { user }, cancellationToken: cancellation)
            );
            whole[name] = text is null ? null : JsonNode.Parse(text);
        }

        return whole;
    }

    /// <summary>Who has to hand something over first.</summary>
    public async Task<Refusal?> Blocks(Guid user, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("identity").OpenConnectionAsync(cancellation);
        return await Blocks(connection, transaction: null, user, cancellation);
    }

    static async Task<Refusal?> Blocks(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        Guid user,
        CancellationToken cancellation
    )
    {
        var blocks = await connection.QuerySingleAsync<Blocking>(
            new CommandDefinition(BlockingWriterSql, new { user }, transaction, cancellationToken: cancellation)
        );
        return blocks switch
        {
            { IsLastAdmin: true } => Refusals.ErasureBlocked.Because("There is no other administrator."),
            { IsSuspended: true } => Refusals.ErasureBlocked.Because("The account is suspended."),
            { Owned: { } organization } => Refusals.ErasureBlocked.Because($"Nobody else owns the organisation {organization}."),
            _ => null,
        };
    }

    /// <summary>Ends the account: what is left of it is an id.</summary>
    /// <param name="connection">As the writer.</param>
    /// <returns>False where something has come to stand in the way: then nothing was done.</returns>
    public async Task<bool> End(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid user,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        // In turn with whoever takes an administrator away or leaves an organisation: each sees what the other has done.
        await connection.ExecuteAsync(
            new CommandDefinition(StaffAct.TakeTurnsWriterSql, null, transaction, cancellationToken: cancellation)
        );
        var held = await connection.QueryAsync<Guid>(
            new CommandDefinition(HoldWriterSql, new { user }, transaction, cancellationToken: cancellation)
        );
        // Then the person, as whoever joins does: nobody joins anything from here on. Who has joined in between is looked at again the next time.
        await connection.ExecuteAsync(new CommandDefinition(LockWriterSql, new { user }, transaction, cancellationToken: cancellation));
        var belongs = await connection.QuerySingleAsync<Guid[]>(
            new CommandDefinition(BelongsWriterSql, new { user }, transaction, cancellationToken: cancellation)
        );
        if (belongs.Except(held).Any() || await Blocks(connection, transaction, user, cancellation) is not null)
            return false;
        await connection.ExecuteAsync(new CommandDefinition(LeaveWriterSql, new { user }, transaction, cancellationToken: cancellation));
        await connection.ExecuteAsync(new CommandDefinition(EndWriterSql, new { user, now }, transaction, cancellationToken: cancellation));
        await connection.ExecuteAsync(new CommandDefinition(EraseWriterSql, new { user }, transaction, cancellationToken: cancellation));
        return true;
    }

    /// <summary>What came after the account had ended.</summary>
    public async Task Erase(Guid user, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("identity").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(EraseWriterSql, new { user }, cancellationToken: cancellation));
    }

    const string UserWriterSql = """
        select to_jsonb(u)::text
          from (select id, username, full_name, first_name, last_name, email, email_verified_at, phone, phone_verified_at, account_type, roles, status,
                       kyc_status, kyc_verified_at, created_at, updated_at, last_login_at
                  from identity.users where id = @user) u
        """;

    const string ProfileWriterSql = """
        select to_jsonb(p)::text
          from (select date_of_birth, address_line1, address_line2, city, state, country, postal_code, created_at, updated_at
                  from identity.profiles where user_id = @user) p
        """;

    const string PreferencesWriterSql = """
        select to_jsonb(p)::text
          from (select theme, language, time_zone, currency, by_email, by_sms, by_push, marketing, created_at, updated_at
                  from identity.preferences where user_id = @user) p
        """;

    const string SessionsWriterSql = """
        select coalesce(jsonb_agg(to_jsonb(s) order by s.id), '[]')::text
          from (select id, device, user_agent, host(address) as address, created_at, last_seen_at, expires_at, ended_at, end_reason
                  from identity.sessions where user_id = @user) s
        """;

    const string AuthenticatorsWriterSql = """
        select coalesce(jsonb_agg(to_jsonb(a) order by a.id), '[]')::text
          from (select id, created_at, confirmed_at from identity.authenticators where user_id = @user) a
        """;

    const string PasskeysWriterSql = """
        select coalesce(jsonb_agg(to_jsonb(k) order by k.id), '[]')::text
          from (select id, name, transports, is_backed_up, created_at, last_used_at from identity.passkeys where user_id = @user) k
        """;

    const string LinkedLoginsWriterSql = """
        select coalesce(jsonb_agg(to_jsonb(l) order by l.id), '[]')::text
          from (select id, provider, issuer, subject, email, created_at, last_used_at from identity.linked_logins where user_id = @user) l
        """;

    const string ContactChangesWriterSql = """
        select coalesce(jsonb_agg(to_jsonb(c) order by c.id), '[]')::text
          from (select id, channel, address, status, created_at, verified_at, due_at, ended_at from identity.contact_changes where user_id = @user) c
        """;

    const string ActivityWriterSql = """
        select coalesce(jsonb_agg(to_jsonb(a) order by a.id), '[]')::text
          from (select id, type, host(address) as address, user_agent, created_at from identity.activities where user_id = @user) a
        """;

    const string MembershipsWriterSql = """
        select coalesce(jsonb_agg(to_jsonb(m) order by m.organization), '[]')::text
          from (select organization_id as organization, role, created_at, updated_at from identity.members where user_id = @user) m
        """;

    const string InvitationsWriterSql = $"""
        select coalesce(jsonb_agg(to_jsonb(i) order by i.id), '[]')::text
          from (select i.id, i.organization_id as organization, i.channel, i.address, i.role, i.status, i.created_at, i.expires_at
                  from identity.invitations i where {InvitationRow.IsTo}) i
        """;

    sealed record Blocking(bool IsLastAdmin, bool IsSuspended, Guid? Owned);

    // An owner who cannot sign in owns nothing that anybody could be given.
    const string BlockingWriterSql = """
        select exists (select from identity.users u where u.id = @user and 'admin' = any (u.roles) and u.status = 'active')
               and not exists (select from identity.users o where o.id <> @user and 'admin' = any (o.roles) and o.status = 'active') as is_last_admin,
               exists (select from identity.users u where u.id = @user and u.status = 'suspended') as is_suspended,
               (select m.organization_id
                  from identity.members m
                 where m.user_id = @user and m.role = 'owner'
                   and not exists (select from identity.members o
                                     join identity.users u on u.id = o.user_id and u.status = 'active'
                                    where o.organization_id = m.organization_id and o.role = 'owner' and o.user_id <> @user)
                 order by m.organization_id limit 1) as owned
        """;

    const string HoldWriterSql = """
        select o.id from identity.organizations o
         where exists (select from identity.members m where m.organization_id = o.id and m.user_id = @user)
         order by o.id
           for no key update of o
        """;

    const string LockWriterSql = "select from identity.users where id = @user for no key update";

    const string BelongsWriterSql = "select array(select organization_id from identity.members where user_id = @user)";

    // While the addresses are still known.
    const string LeaveWriterSql = $"""
        with members as (delete from identity.members where user_id = @user)
        delete from identity.invitations i where {InvitationRow.IsTo}
        """;

    const string EndWriterSql = """
        update identity.users
           set status = 'deleted', deleted_at = @now, updated_at = @now, username = null, full_name = null, first_name = null, last_name = null, email = null,
               email_verified_at = null, phone = null, phone_verified_at = null, roles = '{user}', last_login_at = null
         where id = @user
        """;

    const string EraseWriterSql = """
        with profiles as (delete from identity.profiles where user_id = @user),
             preferences as (delete from identity.preferences where user_id = @user),
             passwords as (delete from identity.passwords where user_id = @user),
             sessions as (delete from identity.sessions where user_id = @user),
             codes as (delete from identity.codes where user_id = @user),
             authenticators as (delete from identity.authenticators where user_id = @user),
             recovery_codes as (delete from identity.recovery_codes where user_id = @user),
             passkeys as (delete from identity.passkeys where user_id = @user),
             passkey_challenges as (delete from identity.passkey_challenges where user_id = @user),
             linked_logins as (delete from identity.linked_logins where user_id = @user),
             linked_login_attempts as (delete from identity.linked_login_attempts where user_id = @user),
             sign_ins as (delete from identity.sign_ins where user_id = @user),
             contact_changes as (delete from identity.contact_changes where user_id = @user)
        delete from identity.activities where user_id = @user
        """;
}
