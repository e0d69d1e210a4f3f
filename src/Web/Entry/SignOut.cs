using Hazina.Web.Calls;
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
                await visit.Api.Post<object>("/v1/auth/sign-out");
        }
        catch (ApiFault fault) when (fault.Problem.Status == StatusCodes.Status401Unauthorized)
        {
            // It had ended already.
        }

        visit.SignOut();
        return visit.Go("/sign-in", Words.SignedOut);
    }
}
