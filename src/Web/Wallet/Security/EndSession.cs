using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Security;

/// <summary>Ends what can act in one's name: a session, all others, a key.</summary>
static class EndSession
{
    public static async Task<IResult> One(Visit visit) =>
        await ShowSecurity.After(visit, await visit.Api.EndSessionAsync(visit.Route("session")).Problem(), Words.SessionEnded);

    public static async Task<IResult> Others(Visit visit) =>
        await ShowSecurity.After(visit, await visit.Api.EndOtherSessionsAsync().Problem(), Words.SessionsEnded);

    public static async Task<IResult> Key(Visit visit) =>
        await ShowSecurity.After(visit, await visit.Api.RevokeKeyAsync(visit.Route("key")).Problem(), Words.KeyEnded);
}
