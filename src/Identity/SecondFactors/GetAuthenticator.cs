using System.ComponentModel;
using Hazina.Identity.Users;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.SecondFactors;

/// <summary><c>GET /v1/me/authenticator</c></summary>
static class GetAuthenticator
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/me/authenticator", Get)
            .WithSummary("Get one's authenticator")
            .WithDescription("Since when there is one, and how many recovery codes are left. What they are is shown to nobody.")
            .Produces<AuthenticatorAnswer>();

    [Description("An authenticator that is asked for when signing in.")]
    public sealed record AuthenticatorAnswer(Guid Id, DateTimeOffset ConfirmedAt, int RecoveryCodesLeft)
    {
        [Description("Always authenticator.")]
        public string Object => "authenticator";

        [Description("Always active.")]
        public string Status => "active";
    }

    static async Task<IResult> Get(HttpContext context, Database database)
    {
        await using var own = await OwnRows.Open(database, "identity", context);
        var rows = await own.Query<AuthenticatorAnswer>(FindSql, new { });
        return rows is [var authenticator] ? Results.Ok(authenticator) : Refusals.NoAuthenticator.Because("There is no authenticator.");
    }

    // Whose they are, row-level security knows.
    const string FindSql = """
        select a.id, a.confirmed_at, (select count(*)::int from identity.recovery_codes r where r.used_at is null) as recovery_codes_left
          from identity.authenticators a
         where a.confirmed_at is not null
        """;
}
