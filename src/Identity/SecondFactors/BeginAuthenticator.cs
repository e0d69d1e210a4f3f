using System.ComponentModel;
using Dapper;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.SecondFactors;

/// <summary><c>POST /v1/me/authenticator</c></summary>
static class BeginAuthenticator
{
    /// <summary>How long a new one waits for its first code.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/me/authenticator", Post)
            .WithSummary("Add an authenticator app")
            .WithDescription(
                """
                Makes a secret for an app that shows codes by the time (RFC 6238): show `uri` as a QR code, or `secret` for typing in. It counts once a code of
                it has come to `POST /v1/me/authenticator/confirm`, within a quarter of an hour. Takes no body. Needs a confirmation of the last ten minutes.
                """
            )
            .Produces<Answer>(StatusCodes.Status201Created);

    [Description("An authenticator that has to show its first code.")]
    public sealed record Answer(
        Guid Id,
        [property: Description("In Base32. It is shown this once.")] string Secret,
        [property: Description("The same as apps read it, otpauth://….")] string Uri,
        DateTimeOffset ExpiresAt
    )
    {
        [Description("Always authenticator.")]
        public string Object => "authenticator";

        [Description("Always pending: it is not asked for yet.")]
        public string Status => "pending";
    }

    static async Task<IResult> Post(HttpContext context, Database database, FieldCipher cipher, TimeProvider time)
    {
        var stop = context.RequestAborted;
        var now = time.GetUtcNow();
        var (user, id, secret) = (Caller.Of(context).Id, Guid.CreateVersion7(now), Totp.NewSecret());
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        var account = await connection.QuerySingleOrDefaultAsync<string>(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    id,
                    user,
                    secret = cipher.Seal(secret, SecondFactor.PlaceOf(id)),
                    now,
                },
                cancellationToken: stop
            )
        );
        if (account is null)
            return Refusals.AuthenticatorExists.Because("There is an authenticator already.");
        var text = Totp.Base32(secret);
        return Results.Created("/v1/me/authenticator", new Answer(id, text, Totp.UriOf(account, text), now + Patience));
    }

    // A second beginning takes the place of the first.
    const string InsertWriterSql = """
        with pending as (
            insert into identity.authenticators as a (id, user_id, secret, created_at)
            select @id, u.id, @secret, @now
              from identity.users u
             where u.id = @user
               and not exists (select from identity.authenticators c where c.user_id = u.id and c.confirmed_at is not null)
            on conflict (user_id) where confirmed_at is null do update
               set id = excluded.id, secret = excluded.secret, created_at = excluded.created_at
            returning a.user_id
        )
        select coalesce(u.email, u.phone) from pending p join identity.users u on u.id = p.user_id
        """;
}
