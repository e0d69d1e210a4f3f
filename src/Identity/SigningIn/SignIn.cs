using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Passwords;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
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

                Who has an authenticator or a passkey gets 202 and a `sign_in` instead, which the second factor makes a session by
                `POST /v1/auth/sign-in/second-step`. With a passkey alone one signs in by `POST /v1/auth/sign-in/passkey`.

                Wrong attempts are counted by person and address, whichever login was given. Addresses from which the account was used before have attempts of
                their own, so that strangers cannot lock anybody out.
                """
            )
            .Produces<NewSession>(StatusCodes.Status201Created)
            .Produces<SecondStep>(StatusCodes.Status202Accepted);

    [Description("Who somebody says to be.")]
    public sealed record Request(
        [property: Description("An e-mail address, a phone number in E.164, or a username.")] string? Login,
        string? Password,
        [property: Description("What the device is called, so that its session is known again in the list.")] string? Device = null
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        Database database,
        PasswordHasher passwords,
        Throttle throttle,
        FirstStep firstStep,
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
        var network = Throttle.Network(context.Connection.RemoteIpAddress);
        var key = login.ToLowerInvariant();
        // Given back before the password is checked: that takes a while, and others wait for connections.
        Person? person;
        await using (var asking = await database.Writer("identity").OpenConnectionAsync(stop))
            person = await asking.QueryFirstOrDefaultAsync<Person>(
                new CommandDefinition(
                    FindWriterSql,
                    new
                    {
                        login = key,
                        network,
                        knownSince = Throttle.KnownSince(now),
                    },
                    cancellationToken: stop
                )
            );
        var limits = Limits(person is null ? $"login {key}" : $"person {person.Id}", network, person?.IsKnownHere == true);
        if (await throttle.Take(stop, limits) is { } wait)
            return wait;
        var isRight = await passwords.Check(password, person?.Kept, stop);
        if (isRight is null)
            return Refusals.Busy.Because("Too many passwords are waiting to be checked.") with { RetryAfter = TimeSpan.FromSeconds(5) };
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        if (isRight == false)
        {
            await ActivityLog.Write(connection, null, person?.Id, ActivityType.SignInFailed, context, now);
            return Refusals.WrongCredentials.Because("The login or the password is wrong.");
        }

        await throttle.GiveBack(stop, limits);
        return person!.Status switch
        {
            "pending_verification" => await FirstStep.TurnAway(
                connection,
                person.Id,
                Refusals.NotVerified.Because("The code that was sent has not come back yet."),
                context,
                now
            ),
            "suspended" => await FirstStep.TurnAway(
                connection,
                person.Id,
                Refusals.Suspended.Because("The account is suspended."),
                context,
                now
            ),
            _ => await LetIn(connection, person, body.Device, context, firstStep),
        };
    }

    /// <summary>By the password that was checked, and by no other: it may have been changed while it was.</summary>
    static async Task<IResult> LetIn(NpgsqlConnection connection, Person person, string? device, HttpContext context, FirstStep firstStep)
    {
        var stop = context.RequestAborted;
        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (!await PasswordLock.Share(connection, transaction, person.Id, person.Hash, stop))
            return Refusals.WrongCredentials.Because("The login or the password is wrong.");
        return await firstStep.Passed(connection, transaction, person.Id, device, context)
            ?? Refusals.WrongCredentials.Because("The login or the password is wrong.");
    }

    /// <summary>
    /// The first bounds who guesses one account's password from one place; the others bound guessing from many places, and many accounts from
    /// one, and do not hold for an account's own places. A person has one count, whichever of their logins is tried. What callers write stands at the end
    /// of a name, so that no login reads like another's count.
    /// </summary>
    static Limit[] Limits(string who, string network, bool isKnownHere) =>
        [
            new($"sign-in from {network} as {who}", 10, TimeSpan.FromMinutes(15)),
            new($"sign-in as {who}", 100, TimeSpan.FromHours(1), Counts: !isKnownHere),
            new($"sign-in from {network}", 200, TimeSpan.FromMinutes(15), Counts: !isKnownHere),
        ];

    /// <param name="Hash">Null for who has no password.</param>
    sealed record Person(Guid Id, string Status, string? Hash, string? Pepper, bool IsKnownHere)
    {
        public PasswordHash? Kept => Hash is null ? null : new(Hash, Pepper!);
    }

    // Whoever has shown that the address is theirs comes before those who claim it.
    const string FindWriterSql = $"""
        select u.id, u.status, p.hash, p.pepper, {Throttle.IsKnownHere}
          from identity.users u
          join identity.passwords p on p.user_id = u.id
         where u.deleted_at is null
           and (u.email = @login and (u.email_verified_at is not null or u.status = 'pending_verification')
                or u.phone = @login and (u.phone_verified_at is not null or u.status = 'pending_verification')
                or lower(u.username) = @login)
         order by u.status = 'pending_verification', u.id desc
         limit 1
        """;
}
