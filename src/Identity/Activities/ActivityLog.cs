using System.Collections.Frozen;
using System.ComponentModel;
using Dapper;
using Hazina.Identity.Users;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Identity.Activities;

/// <summary>What somebody did, or what was done in their name.</summary>
enum ActivityType
{
    Registered,
    Verified,
    SignedIn,
    SignInFailed,
    SignedOut,
    SessionsEnded,
    PasswordChanged,
    PasswordResetAsked,
    PasswordReset,
    ProfileChanged,
    PreferencesChanged,
    Confirmed,
    SecondFactorFailed,
    AuthenticatorAdded,
    AuthenticatorRemoved,
    RecoveryCodesRenewed,
    ContactChangeAsked,
    ContactChangeVerified,
    ContactChangeStopped,
    ContactChanged,
    ErasureAsked,
    ErasureStopped,
    PasskeyAdded,
    PasskeyRenamed,
    PasskeyRemoved,
    PasskeyCopied,
    LinkedLoginAdded,
    LinkedLoginRemoved,
    Suspended,
    Reinstated,
    RolesChanged,
    KycStatusChanged,
    OrganizationCreated,
    OrganizationChanged,
    OrganizationSuspended,
    OrganizationReinstated,
    MemberInvited,
    InvitationWithdrawn,
    InvitationAccepted,
    InvitationDeclined,
    MembershipChanged,
    MembershipEnded,
}

[Description("Something that somebody did, or that was tried in their name.")]
sealed record ActivityAnswer(
    Guid Id,
    ActivityType Type,
    [property: Description("From where.")] string? Address,
    [property: Description("By what, as it named itself.")] string? UserAgent,
    DateTimeOffset CreatedAt
)
{
    [Description("Always activity.")]
    public string Object => "activity";
}

/// <summary>What else there is to say of an activity than who, what, when and from where.</summary>
sealed record ActivityDetails
{
    /// <summary>Null: the person.</summary>
    public AuditTarget? Target { get; init; }

    /// <inheritdoc cref="AuditEntry.Before"/>
    public object? Before { get; init; }

    /// <inheritdoc cref="AuditEntry.After"/>
    public object? After { get; init; }

    /// <inheritdoc cref="AuditEntry.Actor"/>
    public AuditActor? Actor { get; init; }

    /// <inheritdoc cref="AuditEntry.Session"/>
    public Guid? Session { get; init; }

    /// <summary>A JSON object that is kept with the activity, and that only the writer reads: who else did it, and why.</summary>
    public string? Kept { get; init; }

    /// <summary>Whether somebody else did it: then from where is nothing to the person concerned.</summary>
    public bool IsByOthers { get; init; }

    /// <summary>What the modules above are told.</summary>
    public IReadOnlyList<NewEvent> Events { get; init; } = [];
}

/// <summary>
/// Writes down what people do, in the transaction in which they do it: for themselves, for the audit trail, and for the modules above.
/// </summary>
static class ActivityLog
{
    // Anybody can do these in anybody's name: what they cost must not tell whether there is such a person.
    static readonly FrozenSet<ActivityType> ChangesNothing =
    [
        ActivityType.Registered,
        ActivityType.SignInFailed,
        ActivityType.SecondFactorFailed,
        ActivityType.PasswordResetAsked,
    ];

    /// <summary>
    /// Writes as the writer, and what is remembered of the person is forgotten; without a context whoever calls it sees to that. Who asks through
    /// <see cref="OwnRows"/> has <see cref="Note"/>.
    /// </summary>
    /// <param name="transaction">Null where nothing else is written: then it has one of its own.</param>
    /// <param name="user">Null for nobody: then the same is done, and the person's own list has no row.</param>
    /// <param name="context">Null for what happens by the clock.</param>
    public static async Task Write(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        Guid? user,
        ActivityType type,
        HttpContext? context,
        DateTimeOffset now,
        ActivityDetails? details = null
    )
    {
        var stop = context?.RequestAborted ?? default;
        await using var own = transaction is null ? await connection.BeginTransactionAsync(stop) : null;
        var within = transaction ?? own!;
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                Row(user, type, details?.IsByOthers == true ? null : context, now, details?.Kept),
                within,
                cancellationToken: stop
            )
        );
        await Outbox.Write(within, Told(user, type, context, now, details));
        if (user is { } changed && context is not null && !ChangesNothing.Contains(type))
            await Remembered.Of(context).Changes(changed);
        if (own is not null)
            await own.CommitAsync(stop);
    }

    /// <summary>The same for whoever is signed in, as the role of requests.</summary>
    public static async Task Note(
        this OwnRows own,
        ActivityType type,
        HttpContext context,
        DateTimeOffset now,
        ActivityDetails? details = null
    )
    {
        await own.Execute(InsertSql, Row(own.User, type, context, now));
        await own.Tell(Told(own.User, type, context, now, details));
        await Remembered.Of(context).Changes(own.User);
    }

    /// <summary>Writes an entry of the audit trail by itself: of something that was tried and has changed nothing.</summary>
    public static async Task WriteEntry(NpgsqlConnection connection, HttpContext context, AuditEntry entry)
    {
        await using var transaction = await connection.BeginTransactionAsync(context.RequestAborted);
        await Audit.Write(transaction, context, entry);
        await transaction.CommitAsync(context.RequestAborted);
    }

    /// <summary>What <see cref="InsertSql"/> takes.</summary>
    /// <param name="context">Null for what happens by the clock, or was done by others.</param>
    /// <param name="user">Null for nobody: then the writer's statement does the same and writes nothing.</param>
    /// <param name="kept">See <see cref="ActivityDetails.Kept"/>; the writer's statement alone writes it.</param>
    public static object Row(Guid? user, ActivityType type, HttpContext? context, DateTimeOffset now, string? kept = null) =>
        new
        {
            activity = Guid.CreateVersion7(now),
            user,
            type = Words.Of(type),
            kept,
            address = context is null ? null : CallOrigin.AddressOf(context),
            userAgent = context is null ? null : CallOrigin.AgentOf(context),
            now,
        };

    /// <summary>The entry of the audit trail, then what the modules above are told.</summary>
    public static NewEvent[] Told(Guid? user, ActivityType type, HttpContext? context, DateTimeOffset now, ActivityDetails? details) =>
        [
            Audit.Event(
                context,
                new AuditEntry(AuditActions.Of(type), details?.Target ?? AuditTarget.User(user), now)
                {
                    Before = details?.Before,
                    After = details?.After,
                    Actor = details?.Actor,
                    Session = details?.Session,
                }
            ),
            .. details?.Events ?? [],
        ];

    /// <summary>An event about a person: those of one person are handled in their order.</summary>
    public static NewEvent About<T>(this EventType<T> type, Guid user, DateTimeOffset now, T data)
        where T : class => type.Of(book: null, user.ToString(), now, data);

    /// <summary>An event about an organisation and who belongs to it: those of one organisation are handled in their order.</summary>
    public static NewEvent In<T>(this EventType<T> type, Guid organization, DateTimeOffset now, T data)
        where T : class => type.Of(book: null, organization.ToString(), now, data);

    public const string InsertSql = """
        insert into identity.activities (id, user_id, type, address, user_agent, created_at)
        values (@activity, @user, @type, @address::inet, @userAgent, @now)
        """;

    public const string InsertWriterSql = """
        insert into identity.activities (id, user_id, type, details, address, user_agent, created_at)
        select @activity, u.id, @type, @kept::jsonb, @address::inet, @userAgent, @now from identity.users u where u.id = @user
        """;
}
