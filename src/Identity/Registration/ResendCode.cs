using System.ComponentModel;
using Dapper;
using Hazina.Identity.Codes;
using Hazina.Identity.SigningIn;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Messages;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Registration;

/// <summary><c>POST /v1/auth/resend</c></summary>
static class ResendCode
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/resend", Post)
            .WithSummary("Have another code sent")
            .WithDescription(
                """
                Sends a registration's code anew; the one before is worth nothing then. Codes are sent five times an hour at most. The answer is the same
                where there is no such registration.
                """
            )
            .Produces<RegistrationAnswer>(StatusCodes.Status202Accepted);

    [Description("A registration that waits for its code.")]
    public sealed record Request([property: Description("The registration's id.")] Guid? Registration);

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        Database database,
        CodeDesk codes,
        Throttle throttle,
        MessageOutbox messages
    )
    {
        var check = new Validation();
        var id = check.Id(body.Registration, "/registration");
        if (check.Failed(out var refusal))
            return refusal;

        var stop = context.RequestAborted;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        var claim = await connection.QuerySingleOrDefaultAsync<Claim>(
            new CommandDefinition(ClaimWriterSql, new { id }, cancellationToken: stop)
        );
        if (await throttle.Take(stop, RegistrationLimits.Of(claim?.Address ?? id.ToString(), context)) is { } wait)
            return wait;

        await using var transaction = await connection.BeginTransactionAsync(stop);
        var code = await codes.Make(connection, transaction, claim is null ? null : id, CodePurpose.Registration, stop);
        await transaction.CommitAsync(stop);
        var contact = Contact.Read(claim?.Address ?? "nobody@example.com")!;
        var message = claim?.IsTaken == true ? RegistrationMessages.Known(contact) : RegistrationMessages.Code(contact, code);
        await messages.Put(message with { IsWithheld = claim is null }, stop);
        return Results.Accepted(value: new RegistrationAnswer(id, RegistrationStatus.PendingVerification, null, code.ExpiresAt));
    }

    sealed record Claim(string Address, bool IsTaken);

    const string ClaimWriterSql = """
        select coalesce(c.email, c.phone) as address,
               exists (select from identity.users u where u.email = c.email and u.email_verified_at is not null and u.deleted_at is null)
               or exists (select from identity.users u where u.phone = c.phone and u.phone_verified_at is not null and u.deleted_at is null)
                   as is_taken
          from identity.users c
         where c.id = @id and c.status = 'pending_verification'
        """;
}
