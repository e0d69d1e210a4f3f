using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.LinkedLogins;

/// <summary><c>GET /v1/auth/providers</c></summary>
static class ListProviders
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/providers", Get)
            .WithName("listSignInProviders")
            .WithSummary("List the providers")
            .WithDescription("Where people may have a login that lets them in here (OpenID Connect). All of them, by name.")
            .Produces<Answer>();

    [Description("Where people may have a login.")]
    public sealed record Answer(IReadOnlyList<ProviderAnswer> Data)
    {
        [Description("Always list.")]
        public string Object => "list";
    }

    [Description("A provider of logins.")]
    public sealed record ProviderAnswer(
        [property: Description("As it stands in addresses.")] string Id,
        [property: Description("As people know it.")] string Title,
        [property: Description("Whether one may register by a login there.")] bool Registers
    )
    {
        [Description("Always provider.")]
        public string Object => "provider";
    }

    static IResult Get(Providers providers) =>
        Results.Ok(new Answer([.. providers.All.Select(p => new ProviderAnswer(p.Name, p.Title, p.Options.Registers))]));
}
