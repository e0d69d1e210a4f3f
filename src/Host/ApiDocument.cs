using System.Reflection;
using System.Text.Json;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Hazina.Host;

/// <summary>
/// The API as a document, <c>/openapi/v1.json</c>, and as a page, <c>/docs</c>. Both come from the routes themselves, so they cannot tell
/// something else; the copy in <c>docs/api/openapi.json</c> is held to it by a test, so that a change of the API is seen in review.
/// </summary>
static class ApiDocument
{
    const string Key = "api_key",
        Bearer = "bearer";

    const string About = """
        Hazina moves money: a double-entry ledger, and what gives money a reason to move.

        **Amounts** are decimal strings with their currency: `{"amount": "1250.00", "currency": "KES"}`. **Times** are RFC 3339 in UTC. **Ids** are UUIDs,
        best version 7. Unknown fields and parameters are refused, so that nothing is passed over in silence.

        **Currencies** are listed by `GET /v1/ledger/currencies`. Some keep more digits than people are shown, for interest and fees: shillings
        are shown with two and kept with four. An amount with more digits than its currency keeps is refused, never rounded.

        **Keys** go into `X-API-Key` or `Authorization: Bearer`. A key sees one book, `live` or `sandbox`, and has permissions; each call
        names the one it needs. **People** sign in and send their session as `Authorization: Bearer`; their roles give them permissions.

        **Errors** are `application/problem+json` with a `code` for programs; `type` leads to a page that explains it ([all of them](/docs/refusals/)).
        Quote `request_id` when you ask for help.

        **Lists** come newest first; `limit`, `starting_after` and `ending_before` page through them.

        **Repeating** a call is safe: what moves money happens once. In the ledger's own calls the `id` in the body, chosen by you, is what says
        that it is the same one; where a call takes an `Idempotency-Key`, it names that header.

        **Limits** are told with every answer: `RateLimit-Policy` says how many requests (`q`) in how many seconds (`w`), `RateLimit` how many are left (`r`)
        and in how many seconds all of them are there again (`t`). Past a limit the answer is 429 with `Retry-After`.
        """;

    public static IServiceCollection AddApiDocument(this IServiceCollection services) =>
        services.AddOpenApi(
            "v1",
            o =>
            {
                o.AddDocumentTransformer((document, _, _) => Describe(document));
                o.AddOperationTransformer((operation, context, _) => Describe(operation, context));
                o.AddSchemaTransformer((schema, context, _) => ApiSchemas.Describe(schema, context));
                o.CreateSchemaReferenceId = ApiSchemas.NameOf;
            }
        );

    public static void MapApiDocument(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi().AllowAnonymous();
        // Where there are no pages, who opens the bare address wants to see what there is.
        routes.MapGet("/", () => Results.Redirect("/docs/")).AllowAnonymous().ExcludeFromDescription();
    }

    public static void UseApiPage(this IApplicationBuilder app) =>
        app.UseSwaggerUI(o =>
        {
            o.RoutePrefix = "docs";
            o.DocumentTitle = "Hazina API";
            o.SwaggerEndpoint("/openapi/v1.json", "Hazina v1");
            o.DefaultModelsExpandDepth(0);
            o.DisplayRequestDuration();
        });

    static Task Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Hazina",
            Version = Server.Version,
            Description = About,
        };
        // Where it is served is not part of what it is.
        document.Servers?.Clear();
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Key] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = "X-API-Key",
                Description = "A key made by `hazina key create`.",
            },
            [Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The same key, or the token of a session (`POST /v1/auth/sign-in`).",
            },
        };
        ApiSchemas.LeaveNullsOut(document);
        ApiSchemas.NameWords(document);
        return Task.CompletedTask;
    }

    static async Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        // One verb, one class: its name is the call's, unless the route has one of its own.
        operation.OperationId ??= metadata.OfType<MethodInfo>().LastOrDefault()?.DeclaringType is { IsNested: false } verb
            ? CamelCase(verb.Name)
            : null;
        var needed = metadata.OfType<RequiredPermission>().Select(p => $"`{p.Name}`").ToList();
        if (needed.Count > 0)
        {
            operation.Description = $"{operation.Description}\n\nNeeds the permission {string.Join(" and ", needed)}.".Trim();
            operation.Security =
            [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Key, context.Document)] = [] },
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] },
            ];
        }

        if (metadata.OfType<IdempotentMark>().Any())
            AskForKey(operation);

        var problem = await context.GetOrCreateSchemaAsync(typeof(ProblemDocument), null, CancellationToken.None);
        context.Document?.AddComponent("ProblemDocument", problem);
        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "A problem; `code` says which.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference("ProblemDocument", context.Document) },
            },
        };
    }

    static string CamelCase(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);

    static void AskForKey(OpenApiOperation operation) =>
        (operation.Parameters ??= []).Add(
            new OpenApiParameter
            {
                Name = "Idempotency-Key",
                In = ParameterLocation.Header,
                Required = true,
                Description = "Names this one attempt; the same key on a repetition gets the first answer. Kept for a day.",
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    MinLength = 1,
                    MaxLength = 255,
                },
            }
        );
}
