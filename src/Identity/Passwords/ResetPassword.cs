using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Codes;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Identity.Passwords;

/// <summary><c>POST /v1/auth/password/reset</c></summary>
static class ResetPassword
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/password/reset", Post)
            .WithSummary("Set a new password by code")
            .WithDescription("Takes the code that was sent, and ends every session. Then sign in. A code has five attempts.")
            .Produces(StatusCodes.Status204NoContent);

    [Description("A code that has come, and the new password.")]
    public sealed record Request(
        [property: Description("The id of the password_reset.")] Guid? PasswordReset,
        [property: Description("The eight digits that were sent.")] string? Code,
        [property: Description("8 to 128 characters of any kind; common ones are refused.")] string? Password
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        Database database,
        CodeDesk codes,
        PasswordHasher passwords,
        PasswordChange change
    )
    {
        var check = new Validation();
        var id = check.Id(body.PasswordReset, "/password_reset");
        var text = check.CodeText(body.Code, "/code");
        var password = check.NewPassword(body.Password, "/password");
        if (check.Failed(out var refusal))
            return refusal;
        // Before the code is looked at: what it says is the same for everybody, and a better password needs no new code.
        if (PasswordRules.TooEasy(password, "/password") is { } weak)
            return weak;

        var stop = context.RequestAborted;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        if (await codes.Try(connection, id, CodePurpose.PasswordReset, text, stop) is not { } right)
            return Invalid();
        if (await passwords.Hash(password, stop) is not { } hash)
            return Refusals.Busy.Because("Too many passwords are waiting to be checked.") with { RetryAfter = TimeSpan.FromSeconds(5) };

        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (!await codes.Use(connection, transaction, right.Code, stop) || !await IsActive(connection, right.User, stop))
            return Invalid();
        await change.Set(connection, transaction, right.User, hash, seen: null, ActivityType.PasswordReset, context);
        await transaction.CommitAsync(stop);
        await change.Tell(right.User);
        return Results.NoContent();
    }

    static Task<bool> IsActive(NpgsqlConnection connection, Guid user, CancellationToken stop) =>
        connection.QuerySingleAsync<bool>(new CommandDefinition(IsActiveWriterSql, new { user }, cancellationToken: stop));

    static Refusal Invalid() => Refusals.CodeInvalid.Because("The code is not valid.", "/code");

    const string IsActiveWriterSql = "select exists (select from identity.users where id = @user and status = 'active')";
}
