using System.Text.Json;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Administration;
using Hazina.Identity.Sessions;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Identity.Organizations;

/// <summary>
/// Where an organisation stands with the platform, as staff decides, and that its keys follow: they are the platform's, and not in the transaction that
/// decides. So the organisation is marked until they have been seen to.
/// </summary>
sealed class OrganizationStanding(
    Database database,
    RolePermissions roles,
    SessionRing ring,
    ApiKeys keys,
    Notices notices,
    TimeProvider time
)
{
    /// <summary>Suspends one, or lets it go on.</summary>
    public async Task<IResult> Change(HttpContext context, Guid organization, OrganizationStatus status, string reason)
    {
        var (actor, stop, now) = (Caller.Of(context).Id, context.RequestAborted, time.GetUtcNow());
        var values = new
        {
            organization,
            actor,
            status = Words.Of(status),
            now,
        };
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (await StaffAct.Lacks(connection, transaction, roles, context, OrganizationPermissions.Suspend) is { } missing)
            return missing;
        var before = await connection.QuerySingleOrDefaultAsync<Held>(
            new CommandDefinition(HoldWriterSql, values, transaction, cancellationToken: stop)
        );
        if (before is null)
            return Membership.NoSuchOrganization(organization);
        if (before.IsOwn)
            return Refusals.OwnAccount.Because("Who is signed in is a member: somebody else has to do this.", "organization");
        if (before.Status == values.status)
            return Refusals.WrongOrganizationStatus.Because($"The organisation is {values.status} already.", "organization");
        await connection.ExecuteAsync(new CommandDefinition(ChangeWriterSql, values, transaction, cancellationToken: stop));
        var owners = await Write(connection, transaction, context, organization, status, reason, now);
        var row = await connection.QuerySingleAsync<OrganizationRow>(
            new CommandDefinition(GetOrganization.FindAnyWriterSql, values, transaction, cancellationToken: stop)
        );
        await transaction.CommitAsync(stop);
        ring.ForgetMembersOf(organization);
        await LetKeysFollow(connection, organization, CancellationToken.None);
        await Tell(owners, row.TradingName ?? row.LegalName, status);
        return Results.Ok(row.Answer());
    }

    /// <summary>Those whose keys may not have followed.</summary>
    public async Task Sweep(CancellationToken cancellation)
    {
        await using var connection = await database.Writer("identity").OpenConnectionAsync(cancellation);
        foreach (var id in await connection.QueryAsync<Guid>(new CommandDefinition(DueWriterSql, cancellationToken: cancellation)))
            await LetKeysFollow(connection, id, cancellation);
    }

    /// <summary>As it stands by now: of two changes at once the later one is not undone by the one before it.</summary>
    async Task LetKeysFollow(NpgsqlConnection connection, Guid organization, CancellationToken cancellation)
    {
        // Held meanwhile: of two who see to it at once the second sees what the first has left.
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var status = await connection.QuerySingleAsync<string>(
            new CommandDefinition(FindWriterSql, new { organization }, transaction, cancellationToken: cancellation)
        );
        if (status == "suspended")
            await keys.Hold(organization, cancellation);
        else
            await keys.Release(organization, cancellation);
        await connection.ExecuteAsync(
            new CommandDefinition(ClearWriterSql, new { organization }, transaction, cancellationToken: cancellation)
        );
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>With its owners, whose business it is, and once in the audit trail.</summary>
    static async Task<IReadOnlyList<Guid>> Write(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        HttpContext context,
        Guid organization,
        OrganizationStatus status,
        string reason,
        DateTimeOffset now
    )
    {
        var stop = context.RequestAborted;
        var owners = (
            await connection.QueryAsync<Guid>(
                new CommandDefinition(OwnersWriterSql, new { organization }, transaction, cancellationToken: stop)
            )
        ).ToList();
        var type = status == OrganizationStatus.Suspended ? ActivityType.OrganizationSuspended : ActivityType.OrganizationReinstated;
        var kept = JsonSerializer.Serialize(
            new
            {
                organization,
                by = Caller.Of(context).Id,
                reason,
            },
            JsonSettings.Options
        );
        foreach (var owner in owners)
            await connection.ExecuteAsync(
                new CommandDefinition(
                    ActivityLog.InsertWriterSql,
                    ActivityLog.Row(owner, type, context: null, now, kept),
                    transaction,
                    cancellationToken: stop
                )
            );
        var other = status == OrganizationStatus.Suspended ? OrganizationStatus.Active : OrganizationStatus.Suspended;
        await Outbox.Write(
            transaction,
            Audit.Event(
                context,
                new AuditEntry(AuditActions.Of(type), new AuditTarget("organization", organization), now)
                {
                    Before = new { status = Words.Of(other) },
                    After = new { status = Words.Of(status) },
                }
            ),
            status == OrganizationStatus.Suspended
                ? Events.OrganizationSuspended.In(organization, now, new(organization))
                : Events.OrganizationReinstated.In(organization, now, new(organization))
        );
        return owners;
    }

    async Task Tell(IReadOnlyList<Guid> owners, string name, OrganizationStatus status)
    {
        foreach (var owner in owners)
        {
            if (status == OrganizationStatus.Suspended)
                await notices.Tell(
                    owner,
                    "Your organisation is suspended",
                    $"{name} is suspended: nothing of it can be changed, and its keys stop."
                );
            else
                await notices.Tell(
                    owner,
                    "Your organisation is reinstated",
                    $"{name} is not suspended any more, and its keys can be used again."
                );
        }
    }

    sealed record Held(string Status, bool IsOwn);

    const string HoldWriterSql = """
        select o.status, exists (select from identity.members m where m.organization_id = o.id and m.user_id = @actor) as is_own
          from identity.organizations o
         where o.id = @organization
           for no key update of o
        """;

    const string ChangeWriterSql = """
        update identity.organizations set status = @status, updated_at = @now, keys_due_at = @now where id = @organization
        """;

    const string OwnersWriterSql =
        "select user_id from identity.members where organization_id = @organization and role = 'owner' order by id";

    const string DueWriterSql = "select id from identity.organizations where keys_due_at is not null order by keys_due_at limit 1000";

    const string FindWriterSql = "select status from identity.organizations where id = @organization for no key update";

    const string ClearWriterSql = "update identity.organizations set keys_due_at = null where id = @organization";
}
