using System.ComponentModel;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.LinkedLogins;

/// <summary><c>POST /v1/me/linked-logins/begin</c></summary>
static class BeginLinkedLogin
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/me/linked-logins/begin", Post)
            .WithSummary("Begin to link a login")
            .WithDescription(
                """
                As `POST /v1/auth/providers/{provider}/begin`; what the provider gives goes to `POST /v1/me/linked-logins`, in this session and within ten
                minutes. Needs a confirmation of the last ten minutes.
                """
            )
            .Produces<LinkedLoginAttempt>(StatusCodes.Status201Created);

    [Description("Where the login is.")]
    public sealed record Request([property: Description("The id of the provider.")] string? Provider);

    static async Task<IResult> Post(Request body, HttpContext context, Providers providers, LinkedLoginAttempts attempts)
    {
        var check = new Validation();
        var name = check.Text(body.Provider, "/provider", 50);
        if (check.Failed(out var refusal))
            return refusal;
        return providers.Find(name) is { } provider
            ? await attempts.Begin(provider, ScopeOf(provider, context), context.RequestAborted)
            : Refusals.NoSuchProvider.Because("There is no such provider.", "/provider");
    }

    /// <summary>Whoever is signed in, in this session.</summary>
    public static AttemptScope ScopeOf(Provider provider, HttpContext context) =>
        new(provider.Name, Caller.Of(context).Id, Caller.Of(context).Session);
}
