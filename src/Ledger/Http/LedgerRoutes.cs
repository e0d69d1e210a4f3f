using System.Text.Json.Nodes;
using Hazina.Ledger.Reading;
using Hazina.Platform;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Hazina.Ledger.Http;

/// <summary>What all calls of the ledger's API have in common.</summary>
static class LedgerRoutes
{
    const string AfterBatch = "after_batch";

    /// <summary>Calls that change the books: refused while the journal cannot be posted to.</summary>
    public static RouteGroupBuilder Writes(this IEndpointRouteBuilder routes, string permission)
    {
        var group = routes.MapGroup("").RequirePermission(permission);
        group.AddEndpointFilter(async (call, next) => NotReady(call.HttpContext) is { } refusal ? refusal : await next(call));
        return group;
    }

    /// <summary>Calls that read the books: they wait for the batch that the caller names, and tell the one that they saw.</summary>
    public static RouteGroupBuilder Reads(this IEndpointRouteBuilder routes, string permission)
    {
        var group = routes.MapGroup("").RequirePermission(permission);
        group.WithMetadata(new TakesParameter(AfterBatch)).AddEndpointFilter(WaitForBatch);
        group.AddOpenApiOperationTransformer(
            (operation, _, _) =>
            {
                (operation.Parameters ??= []).Add(
                    new OpenApiParameter
                    {
                        Name = AfterBatch,
                        In = ParameterLocation.Query,
                        Description =
                            "The `batch` of an earlier answer: this one then shows at least what that one told, whichever process answers.",
                        Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
                    }
                );
                return Task.CompletedTask;
            }
        );
        return group;
    }

    /// <summary>Shows a request, and what it is answered with, in the description of the API.</summary>
    public static RouteHandlerBuilder Example(this RouteHandlerBuilder route, string? request, string? answer = null) =>
        route.AddOpenApiOperationTransformer(
            (operation, _, _) =>
            {
                if (request is not null && operation.RequestBody?.Content?.Values.FirstOrDefault() is { } asked)
                    asked.Example = JsonNode.Parse(request);
                if (
                    answer is not null
                    && operation.Responses?.FirstOrDefault(r => r.Key.StartsWith('2')).Value?.Content?.Values.FirstOrDefault() is { } told
                )
                    told.Example = JsonNode.Parse(answer);
                return Task.CompletedTask;
            }
        );

    static async ValueTask<object?> WaitForBatch(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var context = call.HttpContext;
        if (NotReady(context) is { } refusal)
            return refusal;
        var reader = context.RequestServices.GetRequiredService<BookReader>();
        if (context.Request.Query[AfterBatch] is { Count: > 0 } given)
        {
            var check = new Validation();
            if (check.That(long.TryParse(given, out var batch) && batch >= 0, AfterBatch, "wrong_format", "must be the number of a batch"))
                check.That(
                    await reader.Reach(batch, context.RequestAborted),
                    AfterBatch,
                    "out_of_range",
                    "must be the number of a batch that there is"
                );
            if (check.Failed(out var invalid))
                return invalid;
        }

        context.Response.Headers[OutcomeAnswers.BatchHeader] = reader.Head.ToString();
        return await next(call);
    }

    static Refusal? NotReady(HttpContext context) =>
        context.RequestServices.GetRequiredService<BookReader>().IsReady
            ? null
            : PlatformRefusals.Unavailable.Because("The ledger of this process is not ready.") with
            {
                RetryAfter = TimeSpan.FromSeconds(2),
            };
}
