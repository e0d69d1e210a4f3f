using Dapper;
using Hazina.Identity.Activities;
using Hazina.Platform;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Identity.Organizations;

/// <summary>
/// A member who acts in an organisation's name, as one transaction. What changes who belongs to an organisation happens one after the other, on the lock of
/// its row: two owners who leave at once do not both find the other.
/// </summary>
sealed class Membership : IAsyncDisposable
{
    public const int MostOrganizations = 50,
        MostMembers = 1_000;

    readonly NpgsqlConnection connection;
    readonly NpgsqlTransaction transaction;
    readonly HttpContext context;
    readonly DateTimeOffset now;

    Membership(NpgsqlConnection connection, NpgsqlTransaction transaction, HttpContext context, Guid organization, DateTimeOffset now)
    {
        (this.connection, this.transaction, this.context, this.now) = (connection, transaction, context, now);
        Organization = organization;
    }

    /// <summary>A no, after which nothing else of this means anything.</summary>
    public Refusal? Refusal { get; private set; }

    public Guid Organization { get; }

    public HeldOrganization Held { get; private set; } = null!;

    /// <summary>What who acts is to it.</summary>
    public OrganizationRole Role { get; private set; }

    public CancellationToken Stop => context.RequestAborted;

    public Guid Actor => Caller.Of(context).Id;

    /// <param name="database">Where.</param>
    /// <param name="context">Of a route in a group that is for people alone.</param>
    /// <param name="organization">In whose name.</param>
    /// <param name="right">What it takes; null for what every member may do, of a suspended organisation too.</param>
    /// <param name="now">The time.</param>
    public static async Task<Membership> Open(
        Database database,
        HttpContext context,
        Guid organization,
        OrganizationRight? right,
        DateTimeOffset now
    )
    {
        var opened = await database.Writer("identity").OpenConnectionAsync(context.RequestAborted);
        try
        {
            var begun = await opened.BeginTransactionAsync(context.RequestAborted);
            var membership = new Membership(opened, begun, context, organization, now);
            membership.Refusal = await membership.Hold(right);
            return membership;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    async Task<Refusal?> Hold(OrganizationRight? right)
    {
        // The role is read after the lock, in a statement of its own: it may have changed while this waited.
        Held = (await Find<HeldOrganization>(HoldWriterSql, new { organization = Organization, user = Actor }))!;
        if (Held is null || await RoleOf(Actor) is not { } role)
            return NoSuchOrganization(Organization);
        Role = role;
        if (right is { } needed && !role.Has(needed))
            return Lacks(needed);
        return right is not null && Held.Status == "suspended"
            ? Refusals.OrganizationSuspended.Because("The organisation is suspended.", "organization")
            : null;
    }

    public Refusal Lacks(OrganizationRight right) =>
        Refusals.OrganizationRightMissing.Because($"A member who is {Words.Of(Role)} lacks the right {Words.Of(right)}.");

    public async Task<OrganizationRole?> RoleOf(Guid user) =>
        await Find<string>(RoleWriterSql, new { organization = Organization, user }) is { } role
            ? Words.Read<OrganizationRole>(role)
            : null;

    /// <summary>A no where nobody else owns it who can sign in.</summary>
    public async Task<Refusal?> LastOwner(Guid user) =>
        await Find<bool>(HasOtherOwnerWriterSql, new { organization = Organization, user })
            ? null
            : Refusals.LastOwner.Because("Nobody else owns the organisation.", "user");

    public Task<int> Do(string sql, object values) =>
        connection.ExecuteAsync(new CommandDefinition(sql, values, transaction, cancellationToken: Stop));

    public async Task<T?> Find<T>(string sql, object values) =>
        await connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition(sql, values, transaction, cancellationToken: Stop));

    /// <summary>Writes it down with the person concerned, and in the audit trail.</summary>
    /// <param name="before">The fields that it changed, as they were: ids and states, no texts.</param>
    /// <param name="after">And as they are.</param>
    /// <param name="events">What the modules above are told.</param>
    public Task Write(Guid user, ActivityType type, object? before, object? after, params IReadOnlyList<NewEvent> events) =>
        ActivityLog.Write(
            connection,
            transaction,
            user,
            type,
            context,
            now,
            Details.OfOrganization(Organization, user == Actor ? null : Actor, before, after, events)
        );

    public Task Commit() => transaction.CommitAsync(Stop);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    /// <summary>
    /// A no where somebody belongs to as many as one may; the person's row is locked, so that two at once do not both find room. And where they are not
    /// active any more, who were when they were let in: an account that has just been erased belongs to nothing.
    /// </summary>
    public static async Task<Refusal?> NoRoom(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid user, CancellationToken stop)
    {
        var status = await connection.QuerySingleOrDefaultAsync<string>(
            new CommandDefinition(LockUserWriterSql, new { user }, transaction, cancellationToken: stop)
        );
        if (status != "active")
            return PlatformRefusals.Unauthenticated.Because("The account of whoever was signed in has ended, or is suspended.");
        var count = await connection.QuerySingleAsync<long>(
            new CommandDefinition(CountWriterSql, new { user }, transaction, cancellationToken: stop)
        );
        return count >= MostOrganizations
            ? Refusals.TooManyOrganizations.Because($"Who is signed in belongs to {MostOrganizations} organisations.")
            : null;
    }

    public static Refusal NoSuchOrganization(Guid id) =>
        Refusals.NoSuchOrganization.Because($"There is no organisation {id}.", "organization");

    const string HoldWriterSql = """
        select o.id, o.legal_name, o.trading_name, o.status
          from identity.organizations o
         where o.id = @organization and exists (select from identity.members m where m.organization_id = o.id and m.user_id = @user)
           for no key update of o
        """;

    const string RoleWriterSql = "select role from identity.members where organization_id = @organization and user_id = @user";

    const string HasOtherOwnerWriterSql = """
        select exists (
            select from identity.members m join identity.users u on u.id = m.user_id and u.status = 'active'
             where m.organization_id = @organization and m.role = 'owner' and m.user_id <> @user)
        """;

    const string LockUserWriterSql = "select status from identity.users where id = @user for no key update";

    const string CountWriterSql = "select count(*) from identity.members where user_id = @user";
}

/// <summary>An organisation while it stands still.</summary>
sealed record HeldOrganization(Guid Id, string LegalName, string? TradingName, string Status)
{
    /// <summary>As others know it.</summary>
    public string Name => TradingName ?? LegalName;
}
