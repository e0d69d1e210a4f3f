using System.Collections.Concurrent;
using System.ComponentModel;
using System.Reflection;
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
    const string Amount = "Amount",
        Named = "hazina-name",
        Said = "hazina-said";

    static readonly ConcurrentDictionary<string, Type> Given = new(StringComparer.Ordinal);

    /// <summary>Where shapes of a name are, lowest module first.</summary>
    static readonly ILookup<string, Assembly> Homes = Modules
        .Schemas.Select(s => Assembly.Load($"Hazina.{char.ToUpperInvariant(s.Name[0])}{s.Name[1..]}"))
        .SelectMany(a => a.GetTypes())
        .ToLookup(PlainName, t => t.Assembly, StringComparer.Ordinal);

    /// <summary>What a type is called out there. No two have one name: the description would show the one as the other.</summary>
    public static string? NameOf(JsonTypeInfo info)
    {
        if (OpenApiOptions.CreateDefaultSchemaReferenceId(info) is not { } name)
            return null;
        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        if (type == typeof(JsonElement))
            return null;
        if (type.Assembly.GetName().Name!.StartsWith("Hazina.", StringComparison.Ordinal))
            name = NameOf(type);
        return Given.GetOrAdd(name, type) == type
            ? name
            : throw new InvalidOperationException($"{type} and {Given[name]} are both called {name} in the API's description: rename one.");
    }

    static string NameOf(Type type)
    {
        if (type == typeof(WireAmount))
            return Amount;
        if (type.IsGenericType)
            return "ListOf" + NameOf(type.GenericTypeArguments[0]);
        // Where two modules have the same word, the upper one keeps it: that is the one which most callers mean.
        var name = PlainName(type);
        return Homes[name].LastOrDefault() is { } home && home != type.Assembly ? ModuleOf(type) + name : name;
    }

    /// <summary>A verb's own records stand inside it and are all called Request or Answer; out there each needs the verb's name as well.</summary>
    static string PlainName(Type type)
    {
        var saysItself =
            type.Name.Length > "Request".Length && (IsRequest(type.Name) || type.Name.EndsWith("Answer", StringComparison.Ordinal));
        return type is { IsNested: true } && !saysItself ? type.DeclaringType!.Name + type.Name : type.Name;
    }

    static string ModuleOf(Type type) => type.Assembly.GetName().Name!["Hazina.".Length..];

    static bool IsRequest(string name) => name.EndsWith("Request", StringComparison.Ordinal);

    public static Task Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        var missing = type != context.JsonTypeInfo.Type ? JsonSchemaType.Null : default;
        if (type.IsEnum)
        {
            Tell(schema, type);
            schema.Type |= missing;
            if (
                context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(DescriptionAttribute), inherit: false)
                is [DescriptionAttribute said]
            )
                schema.Metadata![Said] = said.Description;
        }
        else if (context.JsonTypeInfo.ElementType is { IsEnum: true } element && schema.Type?.HasFlag(JsonSchemaType.Array) == true)
        {
            var item = new OpenApiSchema();
            Tell(item, element);
            schema.Items = item;
        }
        else if (type == typeof(DateTimeOffset))
        {
            schema.Type = JsonSchemaType.String | missing;
            schema.Format = "date-time";
        }
        else if (type == typeof(JsonElement))
        {
            schema.Type = JsonSchemaType.Object | missing;
        }
        else if (type == typeof(string))
        {
            // A converter of its own hides even this.
            schema.Type ??= JsonSchemaType.String | (context.JsonPropertyInfo is { IsGetNullable: true } ? JsonSchemaType.Null : default);
        }

        return Task.CompletedTask;
    }

    static void Tell(OpenApiSchema schema, Type words)
    {
        schema.Type = JsonSchemaType.String;
        schema.Enum = [.. Words.All(words).Select(w => (JsonNode)JsonValue.Create(w))];
        (schema.Metadata ??= new Dictionary<string, object>(StringComparer.Ordinal))[Named] = NameOf(words);
    }

    /// <summary>Words that have a name are told once, also where the framework spells them out.</summary>
    public static void NameWords(OpenApiDocument document)
    {
        foreach (var shape in document.Components?.Schemas?.Values.OfType<OpenApiSchema>().ToList() ?? [])
        {
            foreach (var (property, value) in shape.Properties?.ToList() ?? [])
            {
                if (value is OpenApiSchema { Items: OpenApiSchema item } list)
                    list.Items = ByName(item, document);
                else
                    shape.Properties![property] = ByName(value, document);
            }
        }
    }

    static IOpenApiSchema ByName(IOpenApiSchema schema, OpenApiDocument document)
    {
        if (schema is not OpenApiSchema { Metadata: { } known } || !known.TryGetValue(Named, out var name))
            return schema;
        if (!document.Components!.Schemas!.ContainsKey((string)name))
            document.AddComponent((string)name, schema);
        return new OpenApiSchemaReference((string)name, document)
        {
            Description = known.TryGetValue(Said, out var said) ? (string)said : null,
        };
    }

    /// <summary>
    /// Nobody sends or gets a null: what is not there is left out. So a request needs what has no default, and an answer always has what
    /// cannot be missing.
    /// </summary>
    public static void LeaveNullsOut(OpenApiDocument document)
    {
        foreach (var (name, shape) in document.Components?.Schemas ?? new Dictionary<string, IOpenApiSchema>())
        {
            WithoutNull(shape);
            if (shape is not OpenApiSchema { Properties: { } properties } schema)
                continue;
            var isRequest = IsRequest(name) || name == Amount;
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
