using Hazina.Identity.Users;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Preferences;

/// <summary><c>GET /v1/me/preferences</c></summary>
static class GetPreferences
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/me/preferences", Get)
            .WithSummary("Get one's preferences")
            .WithDescription("Theme, language, time zone, currency, and which messages are welcome.")
            .Produces<PreferencesAnswer>();

    static async Task<IResult> Get(HttpContext context, Database database)
    {
        await using var own = await OwnRows.Open(database, "identity", context);
        return Results.Ok(await Read(own));
    }

    public static async Task<PreferencesAnswer> Read(OwnRows own) =>
        (await own.Single<PreferencesRow>(PreferencesSql, new { id = own.User })).Answer();

    const string PreferencesSql = """
        select theme, language, time_zone, currency, by_email, by_sms, by_push, marketing, updated_at
          from identity.preferences
         where user_id = @id
        """;
}
