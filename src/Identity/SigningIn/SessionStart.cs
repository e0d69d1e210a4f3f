using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Sessions;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Identity.SigningIn;

[Description("A session that has just begun.")]
sealed record NewSession(
    Guid Id,
    [property: Description("Send it as Authorization: Bearer. It is shown this once.")] string Token,
    [property: Description("Who is signed in.")] Guid User,
    DateTimeOffset ExpiresAt
)
{
    [Description("Always session.")]
    public string Object => "session";
}

/// <summary>Begins sessions, once everything that was asked for has been shown.</summary>
sealed class SessionStart(IOptions<IdentityOptions> options, TimeProvider time)
{
    /// <summary>As part of a transaction; null where the person is not there any more, or not active.</summary>
    public async Task<NewSession?> Begin(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid user,
        string? device,
        HttpContext context
    )
    {
        var stop = context.RequestAborted;
        var now = time.GetUtcNow();
        var session = new NewSession(Guid.CreateVersion7(now), SessionToken.New(), user, now + options.Value.SessionIdle);
        var begun = await connection.ExecuteAsync(
            new CommandDefinition(
                BeginWriterSql,
                new
                {
                    session.Id,
                    user,
                    hash = SessionToken.Hash(session.Token),
                    device,
                    userAgent = CallOrigin.AgentOf(context),
                    address = CallOrigin.AddressOf(context),
                    network = Throttle.Network(context.Connection.RemoteIpAddress),
                    now,
                    session.ExpiresAt,
                    most = options.Value.MostSessions,
                },
                transaction,
                cancellationToken: stop
            )
        );
        if (begun != 1)
            return null;
        var told = new ActivityDetails
        {
            Actor = AuditActor.User(user),
            Session = session.Id,
            Events = [Events.SessionStarted.About(user, now, new(user, session.Id))],
        };
        await ActivityLog.Write(connection, transaction, user, ActivityType.SignedIn, context, now, told);
        return session;
    }

    const string BeginWriterSql = """
        with person as (
            update identity.users set last_login_at = @now where id = @user and status = 'active' returning id
        ), crowded as (
            update identity.sessions set ended_at = @now, end_reason = 'crowded_out'
             where id in (select s.id from identity.sessions s join person p on p.id = s.user_id
                           where s.ended_at is null and s.expires_at > @now
                           order by s.last_seen_at desc, s.id desc offset greatest(@most - 1, 0))
        )
        insert into identity.sessions
               (id, user_id, token_hash, device, user_agent, address, network, created_at, confirmed_at, last_seen_at, expires_at)
        select @id, id, @hash, @device, @userAgent, @address::inet, @network::inet, @now, @now, @now, @expiresAt from person
        """;
}
