using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Security;

/// <summary>Ends what can act in one's name: a session, all others, a key.</summary>
static class EndSession
{
    public static async Task<IResult> One(Visit visit)
    {
        var done = await visit.Api.Delete<object>($"/v1/sessions/{visit.Route("session")}");
        return await ShowSecurity.After(visit, done.Problem, Words.SessionEnded);
    }

    public static async Task<IResult> Others(Visit visit)
    {
        var done = await visit.Api.Delete<object>("/v1/sessions");
        return await ShowSecurity.After(visit, done.Problem, Words.SessionsEnded);
    }

    public static async Task<IResult> Key(Visit visit)
    {
        var done = await visit.Api.Delete<object>($"/v1/keys/{visit.Route("key")}");
        return await ShowSecurity.After(visit, done.Problem, Words.KeyEnded);
    }
}
