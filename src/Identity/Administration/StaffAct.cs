using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Passwords;
using Hazina.Identity.SecondFactors;
using Hazina.Identity.Sessions;
using Hazina.Identity.Users;
using Hazina.Platform;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Identity.Administration;

/// <summary>
/// Something that staff does to a person, as one transaction in which the person stands still. These come one after the other, and look again whether who
/// acts still may. So the last administrator stays: whoever takes an administrator away is one, is somebody else, and is one still when it is done.
/// </summary>
sealed class StaffAct : IAsyncDisposable
{
    readonly NpgsqlConnection connection;
    readonly NpgsqlTransaction transaction;
    readonly HttpContext context;
    readonly DateTimeOffset now;

    StaffAct(NpgsqlConnection connection, NpgsqlTransaction transaction, HttpContext context, DateTimeOffset now) =>
        (this.connection, this.transaction, this.context, this.now) = (connection, transaction, context, now);

    /// <summary>A no, after which nothing else of this means anything.</summary>
    public Refusal? Refusal { get; private set; }

    /// <summary>The person as they are before the act.</summary>
    public HeldUser User { get; private set; } = null!;

    /// <summary>Whether who acts is an administrator.</summary>
    public bool IsByAdmin { get; private set; }

    CancellationToken Stop => context.RequestAborted;

    Guid Actor => Caller.Of(context).Id;

    /// <param name="database">Where.</param>
    /// <param name="roles">What roles may do.</param>
    /// <param name="context">Of a route in a group that is for people alone.</param>
    /// <param name="user">To whom.</param>
    /// <param name="permission">Which the route needs.</param>
    /// <param name="now">The time.</param>
    public static async Task<StaffAct> Open(
        Database database,
        RolePermissions roles,
        HttpContext context,
        Guid user,
        string permission,
        DateTimeOffset now
    )
    {
        var opened = await database.Writer("identity").OpenConnectionAsync(context.RequestAborted);
        try
        {
            var act = new StaffAct(opened, await opened.BeginTransactionAsync(context.RequestAborted), context, now);
            act.Refusal = await act.Hold(roles, user, permission);
            return act;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    async Task<Refusal?> Hold(RolePermissions roles, Guid user, string permission)
    {
        if (user == Actor)
            return Refusals.OwnAccount.Because("Somebody else has to do this.", "user");
        await Do(TakeTurnsWriterSql, new { });
        if (await Lacks(connection, transaction, roles, context, permission) is { } missing)
            return missing;
        IsByAdmin = await Find<bool>(IsAdminWriterSql, new { user = Actor });
        // Whoever is signing in at this moment is in, and is put out by what follows, or waits, and does not come in.
        await PasswordLock.Take(connection, transaction, user, Stop);
        if (await Find<HeldUser>(HoldWriterSql, new { user }) is not { } held)
            return GetUser.NoSuchUser(user);
        User = held;
        return held.Status is "active" or "suspended"
            ? null
            : Refusals.WrongUserStatus.Because($"The account is {held.Status.Replace('_', ' ')}.", "user");
    }

    /// <summary>A no where who asks may not do it any more: servers remember callers, and it may have been taken away a moment ago.</summary>
    public static async Task<Refusal?> Lacks(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        RolePermissions roles,
        HttpContext context,
        string permission
    )
    {
        var has = await connection.QuerySingleOrDefaultAsync<Standing>(
            new CommandDefinition(
                FindActorWriterSql,
                new { user = Caller.Of(context).Id },
                transaction,
                cancellationToken: context.RequestAborted
            )
        );
        return has is not null && roles.Of(has.Roles, has.HasSecondFactor).Contains(permission)
            ? null
            : PlatformRefusals.PermissionMissing.Because($"Who is signed in lacks the permission {permission}.");
    }

    public Task Do(string sql, object values) =>
        connection.ExecuteAsync(new CommandDefinition(sql, values, transaction, cancellationToken: Stop));

    public async Task<IReadOnlyList<T>> Query<T>(string sql, object values) =>
        [.. await connection.QueryAsync<T>(new CommandDefinition(sql, values, transaction, cancellationToken: Stop))];

    /// <summary>Writes down what was done, with the person whom it was done to, and in the audit trail.</summary>
    /// <param name="reason">For staff to read; null where none was given.</param>
    /// <param name="before">The fields that it changed, as they were.</param>
    /// <param name="after">And as they are.</param>
    public Task Write(ActivityType type, string? reason, object before, object after, params IReadOnlyList<NewEvent> events) =>
        ActivityLog.Write(connection, transaction, User.Id, type, context, now, Details.ByStaff(Actor, reason, before, after, events));

    /// <summary>The person as they are by now, and the end of it.</summary>
    public async Task<UserAnswer> Commit()
    {
        var answer = (await GetUser.Find(connection, transaction, User.Id, Stop))!;
        await transaction.CommitAsync(Stop);
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    async Task<T?> Find<T>(string sql, object values) =>
        await connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition(sql, values, transaction, cancellationToken: Stop));

    public const string TakeTurnsWriterSql = "select pg_advisory_xact_lock(hashtextextended('identity.staff_acts', 0))";

    sealed record Standing(string[] Roles, bool HasSecondFactor);

    const string FindActorWriterSql = $"""
        select u.roles, {SecondFactor.IsThere} as has_second_factor from identity.users u where u.id = @user and u.status = 'active'
        """;

    const string IsAdminWriterSql = "select 'admin' = any (roles) from identity.users where id = @user";

    const string HoldWriterSql = "select id, roles, status, kyc_status from identity.users where id = @user for no key update";
}

/// <summary>A person as they are while something is done to them.</summary>
sealed record HeldUser(Guid Id, string[] Roles, string Status, string KycStatus);
