using System.Net;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Entry;

/// <summary>Ends the session at the API, not only in this browser.</summary>
static class SignOut
{
    public static async Task<IResult> Post(Visit visit)
    {
        try
        {
            if (visit.Token is not null)
                await visit.Api.SignOutAsync();
        }
        catch (HazinaException no) when (no.Status == HttpStatusCode.Unauthorized)
        {
            // It had ended already.
        }

        visit.SignOut();
        return visit.Go("/sign-in", Words.SignedOut);
    }
}
