using System.ComponentModel;
using Dapper;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
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

/// <summary>Writes down what people do, in the transaction in which they do it.</summary>
static class ActivityLog
{
    /// <summary>Writes as the writer. Who asks through <see cref="OwnRows"/> runs <see cref="InsertSql"/> there.</summary>
    /// <inheritdoc cref="Row"/>
    public static Task Write(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        Guid? user,
        ActivityType type,
        HttpContext? context,
        DateTimeOffset now
    ) =>
        connection.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                Row(user, type, context, now),
                transaction,
                cancellationToken: context?.RequestAborted ?? default
            )
        );

    /// <summary>What <see cref="InsertSql"/> takes.</summary>
    /// <param name="context">Null for what happens by the clock.</param>
    /// <param name="user">Null for nobody: then the writer's statement does the same and writes nothing.</param>
    public static object Row(Guid? user, ActivityType type, HttpContext? context, DateTimeOffset now) =>
        new
        {
            activity = Guid.CreateVersion7(now),
            user,
            type = Words.Of(type),
            address = context is null ? null : CallOrigin.AddressOf(context),
            userAgent = context is null ? null : CallOrigin.AgentOf(context),
            now,
        };

    public const string InsertSql = """
        insert into identity.activities (id, user_id, type, address, user_agent, created_at)
        values (@activity, @user, @type, @address::inet, @userAgent, @now)
        """;

    const string InsertWriterSql = """
        insert into identity.activities (id, user_id, type, address, user_agent, created_at)
        select @activity, u.id, @type, @address::inet, @userAgent, @now from identity.users u where u.id = @user
        """;
}
