using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Settings;

/// <summary>How the pages look, in which time, and what one is told.</summary>
static class ChangePreferences
{
    public static Task<IResult> Get(Visit visit) =>
        Task.FromResult(visit.Show<SettingsPage>(new SettingsModel(Now(visit.Person!.Preferences))));

    public static async Task<IResult> Post(Visit visit)
    {
        var wanted = new ChangePreferencesRequest
        {
            Theme = Theme.Of(visit.Field("theme")),
            Language = visit.Field("language"),
            TimeZone = visit.Field("time_zone"),
            Currency = visit.Field("currency"),
            Notifications = new NotificationsRequest { Email = visit.Given("email") is not null, Sms = visit.Given("sms") is not null },
            Marketing = visit.Given("marketing") is not null,
        };
        var done = await visit.Api.ChangePreferencesAsync(wanted).Outcome();
        if (done.Problem is { } problem)
            return visit.Show<SettingsPage>(new SettingsModel(wanted, problem), problem.Status);
        visit.Changed();
        return visit.Go("/wallet/settings", Words.Saved);
    }

    static ChangePreferencesRequest Now(PreferencesAnswer now) =>
        new()
        {
            Theme = now.Theme,
            Language = now.Language,
            TimeZone = now.TimeZone,
            Currency = now.Currency,
            Notifications = new NotificationsRequest { Email = now.Notifications.Email, Sms = now.Notifications.Sms },
            Marketing = now.Marketing,
        };
}

public sealed record SettingsModel(ChangePreferencesRequest Preferences, Problem? Problem = null);
