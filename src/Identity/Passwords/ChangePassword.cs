using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.SecondFactors;
using Hazina.Identity.Sessions;
using Hazina.Identity.SigningIn;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Passwords;

/// <summary><c>POST /v1/auth/password/change</c></summary>
static class ChangePassword
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/password/change", Post)
            .WithSummary("Change one's password")
            .WithDescription(
                "Ends every session, the one of this call too. Then sign in. Who has a second factor needs a confirmation of the last ten minutes."
            )
            .Produces(StatusCodes.Status204NoContent);

    [Description("The password of now, and the one to come.")]
    public sealed record Request(
        string? CurrentPassword,
        [property: Description("8 to 128 characters of any kind; common ones are refused.")] string? NewPassword
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        Database database,
        PasswordHasher passwords,
        Throttle throttle,
        Confirmations confirmations,
        PasswordChange change,
        TimeProvider time
    )
    {
        var check = new Validation();
        var current = check.Text(body.CurrentPassword, "/current_password", PasswordRules.Max);
        var password = check.NewPassword(body.NewPassword, "/new_password");
        check.That(
            body.NewPassword is null || body.NewPassword != body.CurrentPassword,
            "/new_password",
            "conflict",
            "must be another than the current one"
        );
        if (check.Failed(out var refusal))
            return refusal;

        var stop = context.RequestAborted;
        var user = Caller.Of(context).Id;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        var person = await connection.QuerySingleAsync<Person>(new CommandDefinition(FindWriterSql, new { user }, cancellationToken: stop));
        if (person.Hash is null)
            return Refusals.NoPassword.Because("There is no password: set one by POST /v1/auth/password/forgot.", "/current_password");
        // Without a second factor, the password that is asked for here is the confirmation.
        if (person.HasSecondFactor && await confirmations.Missing(Caller.Of(context).Session!.Value, stop) is { } missing)
            return missing;
        if (PasswordRules.TooEasy(password, "/new_password", person.Username, person.Address, person.FullName) is { } weak)
            return weak;
        // Whoever has stolen a session must not come by the password through it.
        var limit = LimitOf(user);
        if (await throttle.Take(stop, limit) is { } wait)
            return wait;
        var isRight = await passwords.Check(current, new PasswordHash(person.Hash, person.Pepper!), stop);
        if (isRight == false)
        {
            await ActivityLog.WriteEntry(connection, context, new("identity.password.wrong", AuditTarget.User(user), time.GetUtcNow()));
            return Refusals.WrongCredentials.Because("The current password is wrong.", "/current_password");
        }

        if (isRight is null || await passwords.Hash(password, stop) is not { } hash)
            return Refusals.Busy.Because("Too many passwords are waiting to be checked.") with { RetryAfter = TimeSpan.FromSeconds(5) };

        await throttle.GiveBack(stop, limit);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (!await change.Set(connection, transaction, user, hash, person.Hash, ActivityType.PasswordChanged, context))
            return Refusals.WrongCredentials.Because("The current password is wrong.", "/current_password");
        await transaction.CommitAsync(stop);
        await change.Tell(user);
        return Results.NoContent();
    }

    /// <summary>Of attempts to say the password of who is signed in.</summary>
    public static Limit LimitOf(Guid user) => new($"password of {user}", 10, TimeSpan.FromMinutes(15));

    sealed record Person(string? Username, string? FullName, string Address, string? Hash, string? Pepper, bool HasSecondFactor);

    const string FindWriterSql = $"""
        select u.username, u.full_name, case when u.email_verified_at is not null then u.email else u.phone end as address, p.hash, p.pepper,
               {SecondFactor.IsThere} as has_second_factor
          from identity.users u
          join identity.passwords p on p.user_id = u.id
         where u.id = @user
        """;
}
