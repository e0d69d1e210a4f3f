using System.ComponentModel;
using Hazina.Platform.Http;

namespace Hazina.Identity.Preferences;

enum Theme
{
    System,
    Light,
    Dark,
}

[Description("How somebody likes things to be.")]
sealed record PreferencesAnswer(
    Theme Theme,
    [property: Description("Such as en or sw-KE.")] string Language,
    [property: Description("Such as Africa/Nairobi.")] string TimeZone,
    [property: Description("What amounts are shown in where there is a choice.")] string Currency,
    NotificationsAnswer Notifications,
    [property: Description("Whether they want to hear of offers.")] bool Marketing,
    DateTimeOffset UpdatedAt
)
{
    [Description("Always preferences.")]
    public string Object => "preferences";
}

[Description("Which ways of telling somebody things are open.")]
sealed record NotificationsAnswer(bool Email, bool Sms, bool Push);

/// <summary>As the table has them.</summary>
sealed record PreferencesRow(
    string Theme,
    string Language,
    string TimeZone,
    string Currency,
    bool ByEmail,
    bool BySms,
    bool ByPush,
    bool Marketing,
    DateTimeOffset UpdatedAt
)
{
    public PreferencesAnswer Answer() =>
        new(Words.Read<Theme>(Theme), Language, TimeZone, Currency, new NotificationsAnswer(ByEmail, BySms, ByPush), Marketing, UpdatedAt);
}
