using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Codes;
using Hazina.Identity.Passwords;
using Hazina.Identity.SigningIn;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Messages;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Registration;

/// <summary><c>POST /v1/auth/register</c></summary>
static class Register
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/register", Post)
            .WithSummary("Register")
            .WithDescription(
                """
                Starts a registration with an e-mail address or with a phone number, and sends a code there; `POST /v1/auth/verify` finishes it. The answer is
                the same whether or not somebody has an account with this address: they are told in the message. An address belongs to whoever verifies it
                first; until then several people may have claimed it.
                """
            )
            .Produces<RegistrationAnswer>(StatusCodes.Status202Accepted);

    [Description("Somebody who wants an account: with an e-mail address or a phone number, and a name.")]
    public sealed record Request(
        [property: Description("An e-mail address, where no phone is given.")] string? Email = null,
        [property: Description("A phone number in E.164 such as +254712345678, where no e-mail address is given.")] string? Phone = null,
        [property: Description("8 to 128 characters of any kind; common ones are refused.")] string? Password = null,
        [property: Description("The whole name; needed where first and last name are not given.")] string? FullName = null,
        string? FirstName = null,
        string? LastName = null,
        [property: Description("individual when not said.")] AccountType? AccountType = null
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        Database database,
        PasswordHasher passwords,
        CodeDesk codes,
        Throttle throttle,
        MessageOutbox messages,
        TimeProvider time
    )
    {
        var stop = context.RequestAborted;
        if (Check(body, out var contact) is { } refusal)
            return refusal;
        if (await throttle.Take(stop, RegistrationLimits.Of(contact.Value, context)) is { } wait)
            return wait;
        if (await passwords.Hash(body.Password!, stop) is not { } hash)
            return Refusals.Busy.Because("Too many passwords are waiting to be checked.") with { RetryAfter = TimeSpan.FromSeconds(5) };

        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var isTaken = await connection.QuerySingleAsync<bool>(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    id,
                    email = contact.Channel == MessageChannel.Email ? contact.Value : null,
                    phone = contact.Channel == MessageChannel.Sms ? contact.Value : null,
                    fullName = body.FullName ?? $"{body.FirstName} {body.LastName}",
                    body.FirstName,
                    body.LastName,
                    accountType = Words.Of(body.AccountType ?? AccountType.Individual),
                    hash.Hash,
                    hash.Pepper,
                    now,
                },
                transaction,
                cancellationToken: stop
            )
        );
        var code = await codes.Make(connection, transaction, id, CodePurpose.Registration, stop);
        var told = new ActivityDetails { Events = [Events.UserRegistered.About(id, now, new(id, contact.Channel))] };
        await ActivityLog.Write(connection, transaction, id, ActivityType.Registered, context, now, told);
        await transaction.CommitAsync(stop);
        await messages.Put(isTaken ? RegistrationMessages.Known(contact) : RegistrationMessages.Code(contact, code), stop);
        return Results.Accepted(value: new RegistrationAnswer(id, RegistrationStatus.PendingVerification, contact.Channel, code.ExpiresAt));
    }

    static Refusal? Check(Request body, out Contact contact)
    {
        var check = new Validation();
        var read = Contact.OneOf(body.Email, body.Phone, check);
        var password = check.NewPassword(body.Password, "/password");
        check.OptionalText(body.FullName, "/full_name", 255, min: 1);
        check.OptionalText(body.FirstName, "/first_name", 150, min: 1);
        check.OptionalText(body.LastName, "/last_name", 100, min: 1);
        check.That(
            body.FullName is not null || (body.FirstName is not null && body.LastName is not null),
            "/full_name",
            "required",
            "is required, or first_name and last_name are"
        );
        contact = read!;
        return check.Failed(out var refusal)
            ? refusal
            : PasswordRules.TooEasy(password, "/password", contact.Value, body.FullName, body.FirstName, body.LastName);
    }

    // The claim is stored whether or not the address is taken, so that both take the same time.
    const string InsertWriterSql = """
        with person as (
            insert into identity.users (id, email, phone, full_name, first_name, last_name, account_type, created_at, updated_at)
            values (@id, @email, @phone, @fullName, @firstName, @lastName, @accountType, @now, @now)
            returning id
        ), password as (
            insert into identity.passwords (user_id, hash, pepper, changed_at) select id, @hash, @pepper, @now from person
        ), preference as (
            insert into identity.preferences (user_id, created_at, updated_at) select id, @now, @now from person
        )
        select exists (select from identity.users u where u.email = @email and u.email_verified_at is not null and u.deleted_at is null)
            or exists (select from identity.users u where u.phone = @phone and u.phone_verified_at is not null and u.deleted_at is null)
        """;
}
