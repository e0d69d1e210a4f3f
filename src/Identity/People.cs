using System.Security.Cryptography;
using Dapper;
using Hazina.Identity.Passwords;
using Hazina.Identity.Users;
using Hazina.Platform.Messages;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hazina.Identity;

/// <summary>People, as other modules and the command line deal with them.</summary>
public sealed class People
{
    readonly Database database;
    readonly PasswordHasher passwords;
    readonly TimeProvider time;

    internal People(Database database, PasswordHasher passwords, TimeProvider time) =>
        (this.database, this.passwords, this.time) = (database, passwords, time);

    /// <summary>Outside of a server: for the command line.</summary>
    /// <param name="database">A migrated one.</param>
    /// <param name="settings">As the server has them: <c>data</c> or <c>Identity:PepperFile</c> leads to the pepper.</param>
    public static async Task<T> With<T>(Database database, IConfiguration settings, Func<People, Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var services = new ServiceCollection();
        services.AddSingleton(settings).AddSingleton(database).AddLogging().AddIdentity();
        services.AddSingleton(TimeProvider.System);
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
                    cancellationToken: cancellation
                )
            );
        }
        catch (PostgresException e) when (e.ConstraintName == "users_email_key")
        {
            throw new ArgumentException($"{contact.Value} has an account already.", nameof(email), e);
        }

        return id;
    }

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
