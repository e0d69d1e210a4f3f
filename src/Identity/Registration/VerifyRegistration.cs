using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Codes;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Identity.Registration;

/// <summary><c>POST /v1/auth/verify</c></summary>
static class VerifyRegistration
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/verify", Post)
            .WithSummary("Finish a registration")
            .WithDescription(
                "Takes the code that was sent. The address is theirs from now on, and other claims to it end. Then sign in. A code has five attempts."
            )
            .Produces<RegistrationAnswer>();

    [Description("A code that has come.")]
    public sealed record Request(
        [property: Description("The registration's id.")] Guid? Registration,
        [property: Description("The eight digits that were sent.")] string? Code
    );

    static async Task<IResult> Post(Request body, HttpContext context, Database database, CodeDesk codes, TimeProvider time)
    {
        var check = new Validation();
        var id = check.Id(body.Registration, "/registration");
        var text = check.CodeText(body.Code, "/code");
        if (check.Failed(out var refusal))
            return refusal;

        var stop = context.RequestAborted;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        if (await codes.Try(connection, id, CodePurpose.Registration, text, stop) is not { } right)
            return Invalid();

        var now = time.GetUtcNow();
        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (!await codes.Use(connection, transaction, right.Code, stop))
            return Invalid();
        try
        {
            var changed = await connection.ExecuteAsync(
                new CommandDefinition(ActivateWriterSql, new { user = right.User, now }, transaction, cancellationToken: stop)
            );
            if (changed != 1)
                return Invalid();
        }
        catch (PostgresException e) when (e.ConstraintName is "users_email_key" or "users_phone_key")
        {
            // Somebody else was first; the message told its reader so.
            return Invalid();
        }

        await connection.ExecuteAsync(
            new CommandDefinition(EndOtherClaimsWriterSql, new { user = right.User }, transaction, cancellationToken: stop)
        );
        var told = new ActivityDetails
        {
            Actor = AuditActor.User(right.User),
            Events = [Events.UserVerified.About(right.User, now, new(right.User))],
        };
        await ActivityLog.Write(connection, transaction, right.User, ActivityType.Verified, context, now, told);
        await transaction.CommitAsync(stop);
        return Results.Ok(new RegistrationAnswer(right.User, RegistrationStatus.Active, null, null));
    }

    static Refusal Invalid() => Refusals.CodeInvalid.Because("The code is not valid.", "/code");

    const string ActivateWriterSql = """
        update identity.users
           set status = 'active', email_verified_at = case when email is not null then @now::timestamptz end,
               phone_verified_at = case when phone is not null then @now::timestamptz end, updated_at = @now
         where id = @user and status = 'pending_verification'
        """;

    public const string EndOtherClaimsWriterSql = """
        delete from identity.users c
         using identity.users u
         where u.id = @user and c.id <> u.id and c.status = 'pending_verification' and (c.email = u.email or c.phone = u.phone)
        """;
}
