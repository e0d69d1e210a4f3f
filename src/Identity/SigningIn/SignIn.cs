using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Passwords;
using Hazina.Identity.Sessions;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Identity.SigningIn;

/// <summary><c>POST /v1/auth/sign-in</c></summary>
static class SignIn
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/sign-in", Post)
            .WithSummary("Sign in")
            .WithDescription(
                """
                Begins a session. Its `token` is in this answer and nowhere else; send it as `Authorization: Bearer …`. A session ends when it has not been used
                for a day, after thirty days, by signing out, and when the password changes.

                Wrong attempts are counted by login and address. Addresses from which the account was used before have attempts of their own, so that
                strangers cannot lock anybody out.
                """
            )
            .Produces<Answer>(StatusCodes.Status201Created);

    [Description("Who somebody says to be.")]
    public sealed record Request(
        [property: Description("An e-mail address, a phone number in E.164, or a username.")] string? Login,
        string? Password,
        [property: Description("What the device is called, so that its session is known again in the list.")] string? Device = null
    );

    [Description("A session that has just begun.")]
    public sealed record Answer(
        Guid Id,
        [property: Description("Send it as Authorization: Bearer. It is shown this once.")] string Token,
        [property: Description("Who is signed in.")] Guid User,
        DateTimeOffset ExpiresAt
    )
    {
        [Description("Always session.")]
        public string Object => "session";
    }

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        Database database,
        PasswordHasher passwords,
        Throttle throttle,
        IOptions<IdentityOptions> options,
        TimeProvider time
    )
    {
        var check = new Validation();
        var login = check.Text(body.Login, "/login", Contact.MaxEmail);
        var password = check.Text(body.Password, "/password", PasswordRules.Max);
        check.OptionalText(body.Device, "/device", 100, min: 1);
        if (check.Failed(out var refusal))
            return refusal;

        var stop = context.RequestAborted;
        var now = time.GetUtcNow();
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        var network = Throttle.Network(context.Connection.RemoteIpAddress);
        var key = login.ToLowerInvariant();
        var person = await connection.QueryFirstOrDefaultAsync<Person>(
            new CommandDefinition(
                FindWriterSql,
                new
                {
                    login = key,
                    network,
                    since = now.AddDays(-90),
                },
                cancellationToken: stop
            )
        );
        var limits = Limits(key, network, isKnownHere: person?.IsKnownHere == true);
        if (await throttle.Take(stop, limits) is { } wait)
            return wait;
        var isRight = await passwords.Check(password, person?.Kept, stop);
        if (isRight is null)
            return Refusals.Busy.Because("Too many passwords are waiting to be checked.") with { RetryAfter = TimeSpan.FromSeconds(5) };
        if (isRight == false)
        {
            await connection.ExecuteAsync(
                new CommandDefinition(
                    ActivityLog.InsertWriterSql,
                    ActivityLog.Row(person?.Id, ActivityType.SignInFailed, context, now),
                    cancellationToken: stop
                )
            );
            return Refusals.WrongCredentials.Because("The login or the password is wrong.");
        }

        await throttle.GiveBack(stop, limits);
        return person!.Status switch
        {
            "pending_verification" => Refusals.NotVerified.Because("The code that was sent has not come back yet."),
            "suspended" => Refusals.Suspended.Because("The account is suspended."),
            _ => await Begin(connection, person.Id, body.Device, context, options.Value, now),
        };
    }

    static async Task<IResult> Begin(
        NpgsqlConnection connection,
        Guid user,
        string? device,
        HttpContext context,
        IdentityOptions options,
        DateTimeOffset now
    )
    {
        var stop = context.RequestAborted;
        var (id, token) = (Guid.CreateVersion7(now), SessionToken.New());
        var expires = now + options.SessionIdle;
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var begun = await connection.ExecuteAsync(
            new CommandDefinition(
                BeginWriterSql,
                new
                {
                    id,
                    user,
                    hash = SessionToken.Hash(token),
                    device,
                    userAgent = ActivityLog.AgentOf(context),
                    address = ActivityLog.AddressOf(context),
                    network = Throttle.Network(context.Connection.RemoteIpAddress),
                    now,
                    expires,
                },
                transaction,
                cancellationToken: stop
            )
        );
        if (begun != 1)
            return Refusals.WrongCredentials.Because("The login or the password is wrong.");
        await connection.ExecuteAsync(
            new CommandDefinition(
                ActivityLog.InsertWriterSql,
                ActivityLog.Row(user, ActivityType.SignedIn, context, now),
                transaction,
                cancellationToken: stop
            )
        );
        await transaction.CommitAsync(stop);
        return Results.Created($"/v1/sessions/{id}", new Answer(id, token, user, expires));
    }

    /// <summary>
    /// The first bounds who guesses one account's password from one place; the others bound guessing from many places, and many accounts from
    /// one, and do not hold for an account's own places.
    /// </summary>
    static Limit[] Limits(string login, string network, bool isKnownHere) =>
        [
            new($"sign-in {login} from {network}", 10, TimeSpan.FromMinutes(15)),
            new($"sign-in {login}", 100, TimeSpan.FromHours(1), Counts: !isKnownHere),
            new($"sign-in from {network}", 200, TimeSpan.FromMinutes(15), Counts: !isKnownHere),
        ];

    sealed record Person(Guid Id, string Status, string Hash, string Pepper, bool IsKnownHere)
    {
        public PasswordHash Kept => new(Hash, Pepper);
    }

    // Whoever has shown that the address is theirs comes before those who claim it.
    const string FindWriterSql = """
        select u.id, u.status, p.hash, p.pepper,
               exists (select from identity.sessions s where s.user_id = u.id and s.network = @network::inet and s.created_at > @since) as is_known_here
          from identity.users u
          join identity.passwords p on p.user_id = u.id
         where u.deleted_at is null
           and (u.email = @login and (u.email_verified_at is not null or u.status = 'pending_verification')
                or u.phone = @login and (u.phone_verified_at is not null or u.status = 'pending_verification')
                or lower(u.username) = @login)
         order by u.status = 'pending_verification', u.id desc
         limit 1
        """;

    const string BeginWriterSql = """
        with person as (
            update identity.users set last_login_at = @now where id = @user and status = 'active' returning id
        )
        insert into identity.sessions
               (id, user_id, token_hash, device, user_agent, address, network, created_at, last_seen_at, expires_at)
        select @id, id, @hash, @device, @userAgent, @address::inet, @network::inet, @now, @now, @expires from person
        """;
}
