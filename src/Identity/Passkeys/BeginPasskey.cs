using Dapper;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Passkeys;

/// <summary><c>POST /v1/me/passkeys/begin</c></summary>
static class BeginPasskey
{
    /// <summary>So many a person has at most.</summary>
    public const int Most = 20;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/me/passkeys/begin", Post)
            .WithSummary("Begin to add a passkey")
            .WithDescription(
                """
                Gives what `navigator.credentials.create()` takes. What the device makes of it goes to `POST /v1/me/passkeys`, in this session and within five
                minutes. The device has to keep the passkey, and to see each time that it is its owner who uses it. Takes no body. Needs a confirmation of the
                last ten minutes.
                """
            )
            .Produces<PasskeyChallenge>(StatusCodes.Status201Created);

    static async Task<IResult> Post(HttpContext context, Database database, PasskeyDesk passkeys)
    {
        var stop = context.RequestAborted;
        var user = Caller.Of(context).Id;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        var person = await connection.QuerySingleAsync<Person>(new CommandDefinition(FindWriterSql, new { user }, cancellationToken: stop));
        if (person.Passkeys >= Most)
            return Refusals.TooManyPasskeys.Because($"There are {person.Passkeys} passkeys.");
        var challenge = await passkeys.AskForNew(connection, ScopeOf(context), person.Account, person.FullName ?? person.Account, context);
        return Results.Created((string?)null, challenge);
    }

    /// <summary>Whoever is signed in, in this session.</summary>
    public static PasskeyScope ScopeOf(HttpContext context) =>
        new(PasskeyPurpose.Registration, Caller.Of(context).Id, Caller.Of(context).Session);

    sealed record Person(string Account, string? FullName, int Passkeys);

    const string FindWriterSql = """
        select coalesce(u.email, u.phone) as account, u.full_name, (select count(*)::int from identity.passkeys k where k.user_id = u.id) as passkeys
          from identity.users u
         where u.id = @user
        """;
}
