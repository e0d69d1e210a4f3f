using System.ComponentModel;
using System.Text.RegularExpressions;
using Hazina.Identity.Activities;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Preferences;

/// <summary><c>PATCH /v1/me/preferences</c></summary>
static partial class ChangePreferences
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPatch("/me/preferences", Patch)
            .WithSummary("Change one's preferences")
            .WithDescription("What is not given stays as it is. Messages about security come whatever the preferences say.")
            .Produces<PreferencesAnswer>();

    [Description("Preferences; at least one of them.")]
    public sealed record Request(
        Theme? Theme = null,
        [property: Description("Such as en or sw-KE.")] string? Language = null,
        [property: Description("Of the IANA database, such as Africa/Nairobi.")] string? TimeZone = null,
        [property: Description("A currency's code.")] string? Currency = null,
        NotificationsRequest? Notifications = null,
        bool? Marketing = null
    );

    [Description("Ways of telling somebody things, open or closed.")]
    public sealed record NotificationsRequest(bool? Email = null, bool? Sms = null, bool? Push = null);

    static async Task<IResult> Patch(Request body, HttpContext context, Database database, TimeProvider time)
    {
        var check = new Validation();
        Check(body, check);
        if (check.Failed(out var refusal))
            return refusal;

        var now = time.GetUtcNow();
        await using var own = await OwnRows.Open(database, "identity", context);
        await own.Execute(
            UpdateSql,
            new
            {
                id = own.User,
                theme = body.Theme is { } theme ? Words.Of(theme) : null,
                body.Language,
                body.TimeZone,
                body.Currency,
                byEmail = body.Notifications?.Email,
                bySms = body.Notifications?.Sms,
                byPush = body.Notifications?.Push,
                body.Marketing,
                now,
            }
        );
        await own.Note(ActivityType.PreferencesChanged, context, now, new() { After = new { fields = Details.FieldsOf(body) } });
        var answer = await GetPreferences.Read(own);
        await own.Commit();
        return Results.Ok(answer);
    }

    static void Check(Request body, Validation check)
    {
        check.That(body != new Request(), "/theme", "required", "or another field must be given: nothing would change");
        check.That(
            body.Language is null || (body.Language.Length <= 10 && LanguageForm().IsMatch(body.Language)),
            "/language",
            "wrong_format",
            "must be a language such as en or sw-KE"
        );
        check.That(
            body.TimeZone is null
                || (body.TimeZone == "UTC" || body.TimeZone.Contains('/', StringComparison.Ordinal))
                    && body.TimeZone.Length <= 50
                    && ZoneForm().IsMatch(body.TimeZone)
                    && TimeZoneInfo.TryFindSystemTimeZoneById(body.TimeZone, out _),
            "/time_zone",
            "unknown_value",
            "must be a time zone such as Africa/Nairobi"
        );
        if (body.Currency is not null)
            check.CurrencyOf(body.Currency, "/currency");
        check.That(
            body.Notifications is null || body.Notifications != new NotificationsRequest(),
            "/notifications",
            "required",
            "must hold a field: nothing would change"
        );
    }

    [GeneratedRegex(@"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LanguageForm();

    // What goes into a file's name holds letters alone: no dots that lead elsewhere.
    [GeneratedRegex(@"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ZoneForm();

    const string UpdateSql = """
        update identity.preferences
           set theme = coalesce(@theme, theme), language = coalesce(@language, language), time_zone = coalesce(@timeZone, time_zone),
               currency = coalesce(@currency, currency), by_email = coalesce(@byEmail, by_email), by_sms = coalesce(@bySms, by_sms),
               by_push = coalesce(@byPush, by_push), marketing = coalesce(@marketing, marketing), updated_at = @now
         where user_id = @id
        """;
}
