using Hazina.Web.Calls;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Settings;

/// <summary>How the pages look, in which time, and what one is told.</summary>
static class ChangePreferences
{
    public static Task<IResult> Get(Visit visit) => Task.FromResult(visit.Show<SettingsPage>(new SettingsModel(visit.Person!.Preferences)));

    public static async Task<IResult> Post(Visit visit)
    {
        var wanted = new Preferences(
            visit.Field("theme"),
            visit.Field("language"),
            visit.Field("time_zone"),
            visit.Field("currency"),
            new Notifications(
                visit.Given("email") is not null,
                visit.Given("sms") is not null,
                visit.Person!.Preferences.Notifications.Push
            ),
            visit.Given("marketing") is not null
        );
        var done = await visit.Api.Patch<object>("/v1/me/preferences", wanted);
        if (done.Problem is { } problem)
            return visit.Show<SettingsPage>(new SettingsModel(wanted, problem), problem.Status);
        visit.Changed();
        return visit.Go("/wallet/settings", Words.Saved);
    }
}

public sealed record SettingsModel(Preferences Preferences, Problem? Problem = null);
