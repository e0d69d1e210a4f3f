using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Hazina.Identity.Sessions;

/// <summary>
/// Whether who is signed in has lately shown again that they are who they are: whoever finds an open session does no lasting harm with it.
/// </summary>
sealed class Confirmations(Database database, IOptions<IdentityOptions> options, TimeProvider time)
{
    /// <summary>Until when what is confirmed now counts.</summary>
    public DateTimeOffset Until(DateTimeOffset now) => now + options.Value.ConfirmationLifetime;

    /// <summary>A no where the session has to be confirmed first; read from the database, so that all servers know at once.</summary>
    public async Task<Refusal?> Missing(Guid session, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("identity").OpenConnectionAsync(cancellation);
        var since = time.GetUtcNow() - options.Value.ConfirmationLifetime;
        var row = await connection.QuerySingleAsync<Row>(
            new CommandDefinition(FindWriterSql, new { session, since }, cancellationToken: cancellation)
        );
        return row.IsFresh
            ? null
            : Refusals.ConfirmationRequired.Because(
                $"Confirm by POST /v1/auth/confirm with {(row.HasSecondFactor ? "a code of the authenticator app" : "the password")}, and repeat the call."
            );
    }

    /// <summary>For routes that are for people, or for people and keys: a key has nothing to confirm.</summary>
    public static async ValueTask<object?> Filter(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var context = call.HttpContext;
        if (Caller.Of(context).Session is not { } session)
            return await next(call);
        var confirmations = (Confirmations)context.RequestServices.GetService(typeof(Confirmations))!;
        return await confirmations.Missing(session, context.RequestAborted) ?? await next(call);
    }

    sealed record Row(bool IsFresh, bool HasSecondFactor);

    const string FindWriterSql = """
        select coalesce(s.confirmed_at > @since, false) as is_fresh,
               exists (select from identity.authenticators a where a.user_id = s.user_id and a.confirmed_at is not null) as has_second_factor
          from identity.sessions s
         where s.id = @session
        """;
}
