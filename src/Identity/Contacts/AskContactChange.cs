using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Codes;
using Hazina.Identity.Registration;
using Hazina.Identity.SigningIn;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Messages;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Identity.Contacts;

/// <summary><c>POST /v1/me/contact-change</c></summary>
static class AskContactChange
{
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/me/contact-change", Post)
            .WithSummary("Change or add an e-mail address or phone number")
            .WithDescription(
                """
                Sends a code to the new address; `POST /v1/me/contact-change/verify` takes it. The answer is the same where somebody else has the address: they
                are told in the message. One change is open at a time; another one takes its place. Needs a confirmation of the last ten minutes.
                """
            )
            .Produces<ContactChange>(StatusCodes.Status202Accepted);

    [Description("The new address: one of the two.")]
    public sealed record Request(
        [property: Description("An e-mail address, where no phone is given.")] string? Email = null,
        [property: Description("A phone number in E.164 such as +254712345678, where no e-mail address is given.")] string? Phone = null
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        Database database,
        CodeDesk codes,
        Throttle throttle,
        MessageOutbox messages,
        TimeProvider time
    )
    {
        var check = new Validation();
        var contact = Contact.OneOf(body.Email, body.Phone, check);
        if (check.Failed(out var refusal))
            return refusal;
        var stop = context.RequestAborted;
        var user = Caller.Of(context).Id;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        var known = await connection.QuerySingleAsync<Known>(
            new CommandDefinition(FindWriterSql, new { user, address = contact!.Value }, cancellationToken: stop)
        );
        check.That(!known.IsOwn, body.Email is not null ? "/email" : "/phone", "conflict", "must be another than the current one");
        if (check.Failed(out refusal))
            return refusal;
        if (
            await throttle.Take(stop, [.. RegistrationLimits.Of(contact.Value, context), new($"contact changes of {user}", 20, Day)]) is
            { } wait
        )
            return wait;

        var now = time.GetUtcNow();
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var code = await codes.Make(connection, transaction, user, CodePurpose.ContactChange, stop);
        await Write(connection, transaction, user, code.Id, contact, now, context);
        await transaction.CommitAsync(stop);
        await messages.Put(known.IsTaken ? ContactMessages.Known(contact) : ContactMessages.Code(contact, code), stop);
        return Results.Accepted(value: new ContactChange(code.Id, contact.Channel, contact.Value, ContactChangeStatus.Asked, now, null));
    }

    static async Task Write(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid user,
        Guid id,
        Contact contact,
        DateTimeOffset now,
        HttpContext context
    )
    {
        var stop = context.RequestAborted;
        await connection.ExecuteAsync(new CommandDefinition(CancelWriterSql, new { user, now }, transaction, cancellationToken: stop));
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    id,
                    user,
                    channel = Words.Of(contact.Channel),
                    address = contact.Value,
                    now,
                },
                transaction,
                cancellationToken: stop
            )
        );
        var told = new ActivityDetails { After = new { contact.Channel } };
        await ActivityLog.Write(connection, transaction, user, ActivityType.ContactChangeAsked, context, now, told);
    }

    sealed record Known(bool IsOwn, bool IsTaken);

    const string FindWriterSql = """
        select (u.email = @address and u.email_verified_at is not null or u.phone = @address and u.phone_verified_at is not null) is true as is_own,
               exists (select from identity.users o where o.email = @address and o.email_verified_at is not null and o.deleted_at is null)
               or exists (select from identity.users o where o.phone = @address and o.phone_verified_at is not null and o.deleted_at is null)
                   as is_taken
          from identity.users u
         where u.id = @user
        """;

    // The person's row is locked first, so that two at once do not both find nothing to cancel.
    const string CancelWriterSql = """
        with person as (select id from identity.users where id = @user for update)
        update identity.contact_changes c set status = 'cancelled', ended_at = @now
          from person
         where c.user_id = person.id and c.ended_at is null
        """;

    const string InsertWriterSql = """
        insert into identity.contact_changes (id, user_id, channel, address, status, created_at)
        values (@id, @user, @channel, @address, 'asked', @now)
        """;
}
