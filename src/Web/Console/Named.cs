using System.Globalization;

namespace Hazina.Web.Console;

/// <summary>What people call what the API names by a word.</summary>
static class Named
{
    public static string Provider(string word) => Find("Provider_" + word) ?? word;

    public static string Status(string word) => Find("Status_" + word) ?? word;

    public static string Role(string word) => Find("Role_" + word) ?? word;

    /// <summary>Of an account.</summary>
    public static string Kind(string word) => Find("Kind_" + word) ?? word;

    static string? Find(string name) => Words.ResourceManager.GetString(name, CultureInfo.CurrentUICulture);
}
