using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;
using Hazina.Platform.Http;
using Hazina.Platform.Privacy;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Erasure;

/// <summary><c>GET /v1/me/export</c></summary>
static class ExportMe
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/me/export", Get)
            .WithSummary("Export all that is known about one")
            .WithDescription(
                """
                A JSON file with a part for each module: what was said and done by whoever is signed in, and what is kept about them. Secrets such as passwords
                are not in it. Needs a confirmation of the last ten minutes.
                """
            )
            .Produces<JsonObject>();

    static async Task<IResult> Get(HttpContext context, IEnumerable<PersonalData> modules, TimeProvider time)
    {
        var (user, stop) = (Caller.Of(context).Id, context.RequestAborted);
        var whole = new JsonObject
        {
            ["object"] = "personal_data",
            ["user"] = user.ToString(),
            ["made_at"] = time.GetUtcNow().UtcDateTime.ToString("O"),
        };
        foreach (var module in modules)
            whole[module.Module] = await module.Export(context.RequestServices, user, stop);
        return Results.File(
            Encoding.UTF8.GetBytes(whole.ToJsonString(JsonSettings.Options)),
            MediaTypeNames.Application.Json,
            $"hazina-{user}.json"
        );
    }
}
