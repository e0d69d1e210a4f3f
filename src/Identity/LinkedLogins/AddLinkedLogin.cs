using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Passwords;
using Hazina.Identity.Sessions;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.LinkedLogins;

/// <summary><c>POST /v1/me/linked-logins</c></summary>
static class AddLinkedLogin
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/me/linked-logins", Post)
            .WithSummary("Link a login")
            .WithDescription(
                "Takes what the provider has given after `POST /v1/me/linked-logins/begin`. From now on its owner signs in by it, too. A second factor is "
                    + "asked for as after the password. Needs a confirmation of the last ten minutes."
            )
            .Produces<LinkedLoginAnswer>(StatusCodes.Status201Created);

    [Description("What the provider has given the browser, and what the browser has kept.")]
    public sealed record Request(
        [property: Description("The id of the provider.")] string? Provider,
        [property: Description("As the provider gave it.")] string? Code,
        [property: Description("As the provider gave it.")] string? State,
        [property: Description("Of the linked_login_attempt.")] string? Binding,
        [property: Description("As the provider gave it, where it did.")] string? Iss = null
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        Database database,
        Providers providers,
        LinkedLoginAttempts attempts,
        Confirmations confirmations,
        Notices notices,
        TimeProvider time
    )
    {
        var check = new Validation();
        var name = check.Text(body.Provider, "/provider", 50);
        var back = check.Return(body.Code, body.State, body.Binding, body.Iss);
        if (check.Failed(out var refusal))
            return refusal;
        if (providers.Find(name) is not { } provider)
            return Refusals.NoSuchProvider.Because("There is no such provider.", "/provider");

        var stop = context.RequestAborted;
        var (person, no) = await attempts.Finish(provider, BeginLinkedLogin.ScopeOf(provider, context), back, stop);
        if (person is null)
            return no!;
        var (user, now) = (Caller.Of(context).Id, time.GetUtcNow());
        var email = person.Email is { Length: <= 254 } told ? told : null;
        var answer = new LinkedLoginAnswer(Guid.CreateVersion7(now), provider.Name, email, now, null);
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await PasswordLock.Take(connection, transaction, user, stop);
        if (await confirmations.Missing(connection, transaction, Caller.Of(context).Session!.Value, stop) is { } missing)
            return missing;
        await LinkedRegistration.Forget(connection, transaction, person, stop);
        var row = new
        {
            answer.Id,
            user,
            answer.Provider,
            person.Issuer,
            person.Subject,
            email,
            now,
        };
        if (await connection.ExecuteAsync(new CommandDefinition(InsertWriterSql, row, transaction, cancellationToken: stop)) != 1)
            return Refusals.LinkedElsewhere.Because($"The login at {provider.Title} is linked already.");
        var detail = new ActivityDetails { After = new { answer.Provider } };
        await ActivityLog.Write(connection, transaction, user, ActivityType.LinkedLoginAdded, context, now, detail);
        await transaction.CommitAsync(stop);
        await notices.Tell(
            user,
            "A login was linked",
            $"A login at {provider.Title} was linked to your account: who has it can sign in. If it was not you, take it away and set a new password."
        );
        return Results.Created($"/v1/me/linked-logins/{answer.Id}", answer);
    }

    const string InsertWriterSql = """
        insert into identity.linked_logins (id, user_id, provider, issuer, subject, email, created_at)
        values (@id, @user, @provider, @issuer, @subject, @email, @now)
        on conflict (issuer, subject) do nothing
        """;
}
