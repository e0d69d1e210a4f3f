using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Passwords;
using Hazina.Identity.Registration;
using Hazina.Identity.SigningIn;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.LinkedLogins;

/// <summary><c>POST /v1/auth/providers/{provider}/finish</c></summary>
static class FinishLinkedSignIn
{
    static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/providers/{provider}/finish", Post)
            .WithSummary("Sign in or register by a linked login")
            .WithDescription(
                """
                Whose login it is, the provider says by issuer and subject, never by e-mail address. Who is known gets a session, or is asked for their second
                factor (202, `sign_in`). Who is not known is registered, where the provider is one to register by: with a session at once where the provider's
                word counts for the e-mail address, else with a code that is sent there (202, `registration`). An account that has the address already is not
                opened by it.
                """
            )
            .Produces<NewSession>(StatusCodes.Status201Created)
            .Produces<SecondStep>(StatusCodes.Status202Accepted);

    [Description("What the provider has given the browser, and what the browser has kept.")]
    public sealed record Request(
        [property: Description("As the provider gave it.")] string? Code,
        [property: Description("As the provider gave it.")] string? State,
        [property: Description("Of the linked_login_attempt.")] string? Binding,
        [property: Description("As the provider gave it, where it did.")] string? Iss = null,
        [property: Description("What the device is called, so that its session is known again in the list.")] string? Device = null
    );

    static async Task<IResult> Post(
        string provider,
        Request body,
        HttpContext context,
        Database database,
        Providers providers,
        LinkedLoginAttempts attempts,
        LinkedRegistration registration,
        Throttle throttle,
        FirstStep firstStep,
        TimeProvider time
    )
    {
        var check = new Validation();
        var back = check.Return(body.Code, body.State, body.Binding, body.Iss);
        check.OptionalText(body.Device, "/device", 100, min: 1);
        if (check.Failed(out var refusal))
            return refusal;
        if (providers.Find(provider) is not { } found)
            return Refusals.NoSuchProvider.Because("There is no such provider.", "provider");

        var stop = context.RequestAborted;
        Limit[] limits =
        [
            new($"linked login {back.State}", 5, Quarter),
            new($"linked logins from {Throttle.Network(context.Connection.RemoteIpAddress)}", 200, Quarter),
        ];
        if (await throttle.Take(stop, limits) is { } wait)
            return wait;
        var (person, no) = await attempts.Finish(found, new AttemptScope(found.Name), back, stop);
        if (person is null)
            return await NoteFailed(database, no!, context, time);
        var answer =
            await LetIn(database, person, body.Device, context, firstStep, time)
            ?? await registration.Register(found, person, body.Device, context);
        await throttle.GiveBack(stop, limits);
        return answer;
    }

    /// <summary>Whose login it would have been, nobody knows.</summary>
    static async Task<Refusal> NoteFailed(Database database, Refusal refusal, HttpContext context, TimeProvider time)
    {
        await using var connection = await database.Writer("identity").OpenConnectionAsync(context.RequestAborted);
        await ActivityLog.Write(connection, null, null, ActivityType.SignInFailed, context, time.GetUtcNow());
        return refusal;
    }

    /// <summary>Whoever has linked it; null where nobody has who is there and has verified their address.</summary>
    static async Task<IResult?> LetIn(
        Database database,
        ProviderPerson person,
        string? device,
        HttpContext context,
        FirstStep firstStep,
        TimeProvider time
    )
    {
        var stop = context.RequestAborted;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var who = new
        {
            person.Issuer,
            person.Subject,
            email = person.Email is { Length: <= 254 } email ? email : null,
            now = time.GetUtcNow(),
        };
        var owner = await connection.QuerySingleOrDefaultAsync<Owner>(
            new CommandDefinition(FindWriterSql, who, transaction, cancellationToken: stop)
        );
        if (owner is null)
            return null;
        if (owner.Status == "suspended")
        {
            await transaction.DisposeAsync();
            return await FirstStep.TurnAway(
                connection,
                owner.UserId,
                Refusals.Suspended.Because("The account is suspended."),
                context,
                who.now
            );
        }

        await PasswordLock.Share(connection, transaction, owner.UserId, seen: null, stop);
        // Not where it was taken away meanwhile.
        if (await connection.ExecuteAsync(new CommandDefinition(UseWriterSql, who, transaction, cancellationToken: stop)) != 1)
            return Refusals.LinkedLoginFailed.Because("The login was not accepted.");
        return await firstStep.Passed(connection, transaction, owner.UserId, device, context)
            ?? Refusals.LinkedLoginFailed.Because("The login was not accepted.");
    }

    sealed record Owner(Guid UserId, string Status);

    const string FindWriterSql = """
        select l.user_id, u.status
          from identity.linked_logins l
          join identity.users u on u.id = l.user_id
         where l.issuer = @issuer and l.subject = @subject and u.status in ('active', 'suspended')
        """;

    const string UseWriterSql = """
        update identity.linked_logins set last_used_at = @now, email = coalesce(@email, email) where issuer = @issuer and subject = @subject
        """;
}
