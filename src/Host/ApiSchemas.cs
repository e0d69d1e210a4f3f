using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Hazina.Host;

/// <summary>The shapes in the API's description, told as they really go over the wire.</summary>
static class ApiSchemas
{
    /// <summary>A verb's own records stand inside it and are all called Request; out there each needs a name.</summary>
    public static string? NameOf(JsonTypeInfo type)
    {
        if (OpenApiOptions.CreateDefaultSchemaReferenceId(type) is not { } name)
            return null;
        var own = type.Type;
        if (own == typeof(JsonElement))
            return null;
        if (own.IsGenericType && own.GetGenericTypeDefinition() == typeof(ListOf<>))
            return "ListOf" + own.GenericTypeArguments[0].Name;
        return own is { IsNested: true, IsGenericType: false } ? own.DeclaringType!.Name + own.Name : name;
    }

    public static Task Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. Words.All(type).Select(w => (JsonNode)JsonValue.Create(w))];
        }
        else if (type == typeof(DateTimeOffset))
        {
            var canBeMissing = type != context.JsonTypeInfo.Type;
            schema.Type = JsonSchemaType.String | (canBeMissing ? JsonSchemaType.Null : default);
            schema.Format = "date-time";
        }
        else if (type == typeof(JsonElement))
        {
            schema.Type = JsonSchemaType.Object;
        }
        else if (type == typeof(string))
        {
            // A converter of its own hides even this.
            schema.Type ??= JsonSchemaType.String;
        }

        return Task.CompletedTask;
    }

    /// <summary>
    /// Nobody sends or gets a null: what is not there is left out. So a request needs what has no default, and an answer always has what
    /// cannot be missing.
    /// </summary>
    public static void LeaveNullsOut(OpenApiDocument document)
    {
        foreach (var (name, shape) in document.Components?.Schemas ?? new Dictionary<string, IOpenApiSchema>())
        {
            if (shape is not OpenApiSchema { Properties: { } properties } schema)
                continue;
            var isRequest = name.EndsWith("Request", StringComparison.Ordinal) || name == nameof(WireAmount);
            foreach (var (property, value) in properties.ToList())
            {
                if (!IsNullable(value))
                    continue;
                properties[property] = WithoutNull(value);
                if (!isRequest)
                    schema.Required?.Remove(property);
            }
        }
    }

    static bool IsNullable(IOpenApiSchema schema) =>
        schema.Type is { } type && type.HasFlag(JsonSchemaType.Null) || schema.OneOf?.Any(s => s.Type == JsonSchemaType.Null) == true;

    static IOpenApiSchema WithoutNull(IOpenApiSchema schema)
    {
        if (schema.OneOf?.FirstOrDefault(s => s.Type != JsonSchemaType.Null) is { } other)
            return other;
        if (schema is OpenApiSchema { Type: { } type } own)
            own.Type = type & ~JsonSchemaType.Null;
        return schema;
    }
}
