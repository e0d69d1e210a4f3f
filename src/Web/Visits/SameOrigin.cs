using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Visits;

/// <summary>
/// Another site's page can have a browser send a form here, with the cookie. The browser says where a form comes from, in headers that no page can set; what
/// does not come from our own pages is not taken.
/// </summary>
static class SameOrigin
{
    public static bool Has(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return true;
        if (request.Headers["Sec-Fetch-Site"] is [{ Length: > 0 } site])
            return site == "same-origin";
        // Browsers leave that header out where the connection is not encrypted; they still say the origin.
        return request.Headers.Origin is [{ Length: > 0 } origin] && origin == $"{request.Scheme}://{request.Host}";
    }
}
