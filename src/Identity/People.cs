using System.Security.Cryptography;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Passwords;
using Hazina.Identity.Users;
using Hazina.Platform;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Messages;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hazina.Identity;

/// <summary>People, as other modules and the command line deal with them.</summary>
public sealed partial class People
{
    static readonly string[] Admin = [Role.Admin, Role.User];

    readonly Database database;
    readonly PasswordHasher passwords;
    readonly Notices notices;
    readonly Remembered remembered;
    readonly TimeProvider time;
    readonly Gathered<Guid, Known?> known;

    internal People(Database database, PasswordHasher passwords, Notices notices, Remembered remembered, TimeProvider time)
    {
        (this.database, this.passwords, this.notices, this.remembered, this.time) = (database, passwords, notices, remembered, time);
        known = new Gathered<Guid, Known?>(MostAtOnce, database.Beside("identity"), FindEach);
    }

    /// <summary>Outside of a server: for the command line.</summary>
    /// <param name="database">A migrated one.</param>
    /// <param name="settings">As the server has them: <c>data</c> or <c>Identity:PepperFile</c> leads to the pepper.</param>
    public static async Task<T> With<T>(Database database, IConfiguration settings, Func<People, Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var services = new ServiceCollection();
        services.AddSingleton(settings).AddSingleton(database).AddLogging().AddIdentity().AddCache();
        services.AddSingleton(TimeProvider.System).AddSingleton<MessageOutbox>();
        await using var provider = services.BuildServiceProvider();
        return await work(provider.GetRequiredService<People>());
    }

    /// <summary>A password of chance, 24 letters and digits that are not taken for each other.</summary>
    public static string NewPassword() => RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzACDEFGHJKLMNPQRSTUVWXYZ2345679", 24);

    /// <summary>
    /// Makes somebody who administers the platform, with a verified address: the command line's word is enough, since whoever has it has the database.
    /// </summary>
    /// <param name="email">Nobody else's.</param>
    /// <param name="fullName">1 to 255 characters.</param>
    /// <param name="password">8 to 128 characters, none of the common ones.</param>
    /// <returns>The person's id.</returns>
    /// <exception cref="ArgumentException">One of these cannot be; the message is for the operator.</exception>
    public async Task<Guid> CreateAdmin(string email, string fullName, string password, CancellationToken cancellation = default)
    {
        if (Contact.Email(email) is not { Channel: MessageChannel.Email } contact)
            throw new ArgumentException($"'{email}' is no e-mail address.", nameof(email));
        if (string.IsNullOrWhiteSpace(fullName) || fullName.Length > 255)
            throw new ArgumentException("A name has 1 to 255 characters.", nameof(fullName));
        if (password.Length is < PasswordRules.Min or > PasswordRules.Max)
            throw new ArgumentException($"A password has {PasswordRules.Min} to {PasswordRules.Max} characters.", nameof(password));
        if (PasswordRules.TooEasy(password, "", contact.Value, fullName) is { } weak)
            throw new ArgumentException(weak.Detail, nameof(password));

        var hash = await passwords.Hash(password, cancellation) ?? throw new InvalidOperationException("Nobody else can be waiting here.");
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        await using var connection = await database.Writer("identity").OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        try
        {
            await connection.ExecuteAsync(
                new CommandDefinition(
                    InsertAdminWriterSql,
                    new
                    {
                        id,
                        email = contact.Value,
                        fullName,
                        hash.Hash,
                        hash.Pepper,
                        now,
                    },
                    transaction,
                    cancellationToken: cancellation
                )
            );
        }
        catch (PostgresException e) when (e.ConstraintName == "users_email_key")
        {
            throw new ArgumentException($"{contact.Value} has an account already.", nameof(email), e);
        }

        await Outbox.Write(
            transaction,
            Audit.Event(
                context: null,
                new("identity.admin.created", AuditTarget.User(id), now) { Actor = AuditActor.Operator, After = new { roles = Admin } }
            ),
            Events.UserRegistered.About(id, now, new(id, contact.Channel)),
            Events.UserVerified.About(id, now, new(id))
        );
        await transaction.CommitAsync(cancellation);
        return id;
    }

    /// <summary>
    /// Takes somebody's authenticator, passkeys and recovery codes away, and ends every session and sign-in: for who has lost all of them, and where a
    /// stranger has added one. Whoever asks for it has to be known by other means. The person is told at each verified address. Servers notice within ten
    /// seconds.
    /// </summary>
    /// <param name="email">The person's, verified.</param>
    /// <returns>The person's id.</returns>
    /// <exception cref="ArgumentException">
    /// There is no such person, or they have neither an authenticator nor a passkey; the message is for the operator.
    /// </exception>
    public async Task<Guid> RemoveAuthenticator(string email, CancellationToken cancellation = default)
    {
        if (Contact.Email(email) is not { Channel: MessageChannel.Email } contact)
            throw new ArgumentException($"'{email}' is no e-mail address.", nameof(email));
        Guid user;
        await using (var connection = await database.Writer("identity").OpenConnectionAsync(cancellation))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            user =
                await connection.QuerySingleOrDefaultAsync<Guid?>(
                    new CommandDefinition(FindWriterSql, new { email = contact.Value }, transaction, cancellationToken: cancellation)
                ) ?? throw new ArgumentException($"Nobody has the verified address {contact.Value}.", nameof(email));
            await PasswordLock.Take(connection, transaction, user, cancellation);
            var now = time.GetUtcNow();
            var (authenticators, passkeys, ended) = await connection.QuerySingleAsync<Removed>(
                new CommandDefinition(
                    RemoveAuthenticatorWriterSql,
                    new
                    {
                        user,
                        activity = Guid.CreateVersion7(now),
                        now,
                    },
                    transaction,
                    cancellationToken: cancellation
                )
            );
            if (authenticators + passkeys == 0)
                throw new ArgumentException($"{contact.Value} has no authenticator and no passkey.", nameof(email));
            string[] kinds = (authenticators, passkeys) switch
            {
                (0, _) => ["passkey"],
                (_, 0) => ["authenticator"],
                _ => ["authenticator", "passkey"],
            };
            var told = Details.OfEndedSessions(
                user,
                ended,
                "ended_by_operator",
                now,
                [.. kinds.Select(kind => Events.SecondFactorRemoved.About(user, now, new(user, kind)))]
            ) with
            {
                Actor = AuditActor.Operator,
            };
            await Outbox.Write(transaction, ActivityLog.Told(user, ActivityType.AuthenticatorRemoved, context: null, now, told));
            await remembered.Changes(user);
            await transaction.CommitAsync(cancellation);
        }

        await notices.Tell(
            user,
            "The authenticator was taken away",
            "Those who run the platform have taken the authenticator and the passkeys of your account away, and every device is signed out. Signing in asks "
                + "for the password alone from now on. If you have not asked for it, set a new password at once and tell us."
        );
        return user;
    }

    sealed record Removed(int Authenticators, int Passkeys, Guid[] Sessions);

    const string FindWriterSql = """
        select id from identity.users where email = @email and email_verified_at is not null and deleted_at is null
        """;

    // One that waits for its first code goes, too: it may be a stranger's. So may be a linked login, which would open the account by itself now.
    const string RemoveAuthenticatorWriterSql = """
        with removed as (
            delete from identity.authenticators where user_id = @user returning confirmed_at
        ), passkeys as (
            delete from identity.passkeys where user_id = @user returning id
        ), codes as (
            delete from identity.recovery_codes where user_id = @user
        ), ended as (
            update identity.sessions set ended_at = @now, end_reason = 'ended_by_operator' where user_id = @user and ended_at is null
            returning id
        ), sign_ins as (
            update identity.sign_ins set used_at = @now where user_id = @user and used_at is null
        ), linked_logins as (
            delete from identity.linked_logins where user_id = @user
        ), person as (
            update identity.users set rights_shrank_at = @now where id = @user
        ), log as (
            insert into identity.activities (id, user_id, type, created_at) values (@activity, @user, 'authenticator_removed', @now)
        )
        select (select count(confirmed_at)::int from removed) as authenticators, (select count(id)::int from passkeys) as passkeys,
               array(select id from ended) as sessions
        """;

    const string InsertAdminWriterSql = """
        with person as (
            insert into identity.users (id, email, email_verified_at, full_name, roles, status, created_at, updated_at)
            values (@id, @email, @now, @fullName, '{admin,user}', 'active', @now, @now)
            returning id
        ), password as (
            insert into identity.passwords (user_id, hash, pepper, changed_at) select id, @hash, @pepper, @now from person
        ), log as (
            insert into identity.activities (id, user_id, type, created_at) select @id, id, 'registered', @now from person
        )
        insert into identity.preferences (user_id, created_at, updated_at) select id, @now, @now from person
        """;
}
