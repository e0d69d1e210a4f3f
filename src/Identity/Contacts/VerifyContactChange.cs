using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Codes;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Identity.Contacts;

/// <summary><c>POST /v1/me/contact-change/verify</c></summary>
static class VerifyContactChange
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/me/contact-change/verify", Post)
            .WithSummary("Show that the new address is one's own")
            .WithDescription(
                """
                Takes the code that was sent to the new address. The addresses of before are told, and a day later the change takes effect, unless it is
                stopped: by `DELETE /v1/me/contact-change`, or by a new password, which whoever reads the old address can set. A code has five attempts.
                """
            )
            .Produces<ContactChange>();

    [Description("A code that has come.")]
    public sealed record Request(
        [property: Description("The id of the contact_change.")] Guid? ContactChange,
        [property: Description("The eight digits that were sent.")] string? Code
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        Database database,
        CodeDesk codes,
        ContactMover mover,
        Notices notices,
        IOptions<IdentityOptions> options,
        TimeProvider time
    )
    {
        var check = new Validation();
        var id = check.Id(body.ContactChange, "/contact_change");
        var text = check.CodeText(body.Code, "/code");
        if (check.Failed(out var refusal))
            return refusal;

        var stop = context.RequestAborted;
        var user = Caller.Of(context).Id;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        if (await codes.Try(connection, id, CodePurpose.ContactChange, text, stop) is not { } right || right.User != user)
            return Invalid();

        var now = time.GetUtcNow();
        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (!await codes.Use(connection, transaction, right.Code, stop))
            return Invalid();
        var row = await connection.QuerySingleOrDefaultAsync<ContactChangeRow>(
            new CommandDefinition(
                VerifyWriterSql,
                new
                {
                    id = right.Code,
                    user,
                    session = Caller.Of(context).Session!.Value,
                    now,
                    due = now + options.Value.ContactCoolingOff,
                },
                transaction,
                cancellationToken: stop
            )
        );
        if (row is null)
            return Invalid();
        await ActivityLog.Write(connection, transaction, user, ActivityType.ContactChangeVerified, context, now);
        await transaction.CommitAsync(stop);

        var change = row.Answer();
        if (change.DueAt <= now)
            return Results.Ok(change with { Status = await mover.Move(change.Id) ?? change.Status });
        await notices.Tell(
            user,
            $"Your {ContactMessages.Noun(change.Channel)} is about to change",
            $"Your account gets a new {ContactMessages.Noun(change.Channel)} on {change.DueAt:d MMMM} at {change.DueAt:HH:mm} UTC. If it was not you, set a "
                + "new password before then: that stops it, and signs every device out."
        );
        return Results.Ok(change);
    }

    static Refusal Invalid() => Refusals.CodeInvalid.Because("The code is not valid.", "/code");

    const string VerifyWriterSql = """
        update identity.contact_changes
           set status = 'waiting', verified_at = @now, due_at = @due
         where id = @id and user_id = @user and status = 'asked'
           and exists (select from identity.sessions s where s.id = @session and s.ended_at is null and s.expires_at > @now)
        returning id, channel, address, status, created_at, due_at
        """;
}
