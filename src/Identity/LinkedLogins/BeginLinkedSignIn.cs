using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.LinkedLogins;

/// <summary><c>POST /v1/auth/providers/{provider}/begin</c></summary>
static class BeginLinkedSignIn
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/providers/{provider}/begin", Post)
            .WithSummary("Begin to sign in by a linked login")
            .WithDescription(
                """
                Keep `binding` in the browser, and send the browser to `authorize_url`. The provider sends it back to the page of the settings with `code`,
                `state` and maybe `iss`, which go to `POST /v1/auth/providers/{provider}/finish`
                together with the binding, within ten minutes. Takes no body.
                """
            )
            .Produces<LinkedLoginAttempt>(StatusCodes.Status201Created);

    static async Task<IResult> Post(string provider, HttpContext context, Providers providers, LinkedLoginAttempts attempts) =>
        providers.Find(provider) is { } found
            ? await attempts.Begin(found, new AttemptScope(found.Name), context.RequestAborted)
            : Refusals.NoSuchProvider.Because("There is no such provider.", "provider");
}
