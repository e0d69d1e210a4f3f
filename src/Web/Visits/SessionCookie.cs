using System.Text;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Visits;

/// <summary>Holds the session's token where no script reads it, and sends it to these pages alone.</summary>
static class SessionCookie
{
    public const string Name = "hz_session";

    public static string? Read(HttpContext context) => context.Request.Cookies[NameFor(context)] is { Length: > 0 } token ? token : null;

    public static void Set(HttpContext context, string token, DateTimeOffset expires) =>
        context.Response.Cookies.Append(NameFor(context), token, Options(context, expires));

    public static void Remove(HttpContext context) => context.Response.Cookies.Delete(NameFor(context), Options(context, null));

    /// <summary>Where all is encrypted the name itself binds it to this host, and to https.</summary>
    static string NameFor(HttpContext context) => context.Request.IsHttps ? "__Host-" + Name : Name;

    internal static CookieOptions Options(HttpContext context, DateTimeOffset? expires) =>
        new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
            Path = "/",
            Expires = expires,
            IsEssential = true,
        };
}

/// <summary>Carries a sentence over to the next page, such as that something was done.</summary>
static class ToldCookie
{
    const string Name = "hz_told";
    const int Longest = 300;

    public static void Set(HttpContext context, string told) =>
        context.Response.Cookies.Append(
            Name,
            Convert.ToBase64String(Encoding.UTF8.GetBytes(told.Length > Longest ? told[..Longest] : told)),
            SessionCookie.Options(context, null)
        );

    /// <summary>Once.</summary>
    public static string? Take(HttpContext context)
    {
        if (context.Request.Cookies[Name] is not { Length: > 0 and < 2000 } kept)
            return null;
        context.Response.Cookies.Delete(Name, SessionCookie.Options(context, null));
        var bytes = new byte[kept.Length];
        return Convert.TryFromBase64String(kept, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }
}
