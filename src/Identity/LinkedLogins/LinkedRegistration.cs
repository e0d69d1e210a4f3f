using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Codes;
using Hazina.Identity.Registration;
using Hazina.Identity.SigningIn;
using Hazina.Identity.Users;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Messages;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Identity.LinkedLogins;

/// <summary>
/// Registers who comes by a login that nobody has linked. No account is taken over: an address that somebody has verified is theirs, whatever a provider says.
/// </summary>
sealed class LinkedRegistration(
    Database database,
    CodeDesk codes,
    Throttle throttle,
    FirstStep firstStep,
    MessageOutbox messages,
    TimeProvider time
)
{
    public async Task<IResult> Register(Provider provider, ProviderPerson person, string? device, HttpContext context)
    {
        if (!provider.Options.Registers)
            return Refusals.NotLinked.Because($"The login at {provider.Title} is not linked.");
        if (person.Email is null || Contact.Email(person.Email) is not { Channel: MessageChannel.Email } contact)
            return Refusals.EmailMissing.Because($"{provider.Title} has told no e-mail address.");
        var isVerified = provider.Options.TrustsEmail && person.IsEmailVerified;
        var stop = context.RequestAborted;
        if (!isVerified && await throttle.Take(stop, RegistrationLimits.Of(contact.Value, context)) is { } wait)
            return wait;

        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await Forget(connection, transaction, person, stop);
        try
        {
            await connection.ExecuteAsync(
                new CommandDefinition(
                    InsertWriterSql,
                    Row(id, Guid.CreateVersion7(now), provider, person, contact.Value, isVerified, now),
                    transaction,
                    cancellationToken: stop
                )
            );
        }
        catch (PostgresException e) when (e.ConstraintName == "users_email_key")
        {
            return Refusals.LinkFirst.Because("There is an account with this e-mail address.");
        }
        catch (PostgresException e) when (e.ConstraintName == "linked_logins_key")
        {
            // Twice at once; the other one was quicker.
            return Refusals.LinkedLoginFailed.Because("The login was not accepted.");
        }

        await Note(connection, transaction, id, provider, isVerified, context, now);
        if (!isVerified)
            return await SendCode(connection, transaction, id, contact, stop);
        await connection.ExecuteAsync(
            new CommandDefinition(VerifyRegistration.EndOtherClaimsWriterSql, new { user = id }, transaction, cancellationToken: stop)
        );
        return await firstStep.Passed(connection, transaction, id, device, context)
            ?? throw new InvalidOperationException("Who was just registered is not there.");
    }

    /// <summary>
    /// Before somebody links a login: a registration by it that was never finished, and what an account had that is gone, stand in nobody's way.
    /// </summary>
    public static Task Forget(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        ProviderPerson person,
        CancellationToken cancellation
    ) =>
        connection.ExecuteAsync(
            new CommandDefinition(ForgetWriterSql, new { person.Issuer, person.Subject }, transaction, cancellationToken: cancellation)
        );

    static async Task Note(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid id,
        Provider provider,
        bool isVerified,
        HttpContext context,
        DateTimeOffset now
    )
    {
        var registered = Events.UserRegistered.About(id, now, new(id, MessageChannel.Email));
        var told = new ActivityDetails
        {
            Actor = AuditActor.User(id),
            After = new { provider = provider.Name },
            Events = isVerified ? [registered, Events.UserVerified.About(id, now, new(id))] : [registered],
        };
        await ActivityLog.Write(connection, transaction, id, ActivityType.Registered, context, now, told);
        await ActivityLog.Write(connection, transaction, id, ActivityType.LinkedLoginAdded, context, now, told with { Events = [] });
    }

    static object Row(Guid id, Guid link, Provider provider, ProviderPerson person, string email, bool isVerified, DateTimeOffset now) =>
        new
        {
            id,
            link,
            provider = provider.Name,
            person.Issuer,
            person.Subject,
            email,
            isVerified,
            fullName = Name(person.Name, 255) ?? Name($"{person.GivenName} {person.FamilyName}", 255),
            firstName = Name(person.GivenName, 150),
            lastName = Name(person.FamilyName, 100),
            now,
        };

    /// <summary>As registering by address does: the claim is there and a code made whether or not somebody has the address.</summary>
    async Task<IResult> SendCode(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid id,
        Contact contact,
        CancellationToken stop
    )
    {
        var code = await codes.Make(connection, transaction, id, CodePurpose.Registration, stop);
        var isTaken = await connection.QuerySingleAsync<bool>(
            new CommandDefinition(IsTakenWriterSql, new { email = contact.Value }, transaction, cancellationToken: stop)
        );
        await transaction.CommitAsync(stop);
        await messages.Put(isTaken ? RegistrationMessages.Known(contact) : RegistrationMessages.Code(contact, code), stop);
        return Results.Accepted(value: new RegistrationAnswer(id, RegistrationStatus.PendingVerification, contact.Channel, code.ExpiresAt));
    }

    /// <summary>A name as it is stored, of what a stranger's server says; null where nothing is left.</summary>
    static string? Name(string? text, int most)
    {
        var name = string.Concat((text ?? "").Where(c => !char.IsControl(c) && !char.IsSurrogate(c))).Trim();
        return name.Length switch
        {
            0 => null,
            var length when length > most => name[..most],
            _ => name,
        };
    }

    const string InsertWriterSql = """
        with person as (
            insert into identity.users (id, email, email_verified_at, full_name, first_name, last_name, status, created_at, updated_at)
            values (@id, @email, case when @isVerified then @now::timestamptz end, @fullName, @firstName, @lastName,
                    case when @isVerified then 'active' else 'pending_verification' end, @now, @now)
            returning id
        ), password as (
            insert into identity.passwords (user_id, changed_at) select id, @now from person
        ), preference as (
            insert into identity.preferences (user_id, created_at, updated_at) select id, @now, @now from person
        )
        insert into identity.linked_logins (id, user_id, provider, issuer, subject, email, created_at, last_used_at)
        select @link, id, @provider, @issuer, @subject, @email, @now, @now from person
        """;

    const string IsTakenWriterSql = """
        select exists (select from identity.users u where u.email = @email and u.email_verified_at is not null and u.deleted_at is null)
        """;

    const string ForgetWriterSql = """
        with unfinished as (
            delete from identity.users u using identity.linked_logins l
             where l.issuer = @issuer and l.subject = @subject and u.id = l.user_id and u.status = 'pending_verification'
        )
        delete from identity.linked_logins l using identity.users u
         where l.issuer = @issuer and l.subject = @subject and u.id = l.user_id and u.status = 'deleted'
        """;
}
