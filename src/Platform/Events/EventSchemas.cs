using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Hazina.Platform.Http;

namespace Hazina.Platform.Events;

/// <summary>What an event's data looks like, as JSON Schema (2020-12), made from its record.</summary>
public static class EventSchemas
{
    static readonly JsonSerializerOptions Indented = new(JsonSettings.Options) { WriteIndented = true };

    // Fields may be added within a version, so others than these may be there.
    static readonly JsonSerializerOptions Lenient = new(JsonSettings.Options)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip,
    };

    static readonly JsonSchemaExporterOptions Exporter = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Describe };

    /// <summary>As it stands in <c>docs/events/</c>.</summary>
    public static string Of(EventType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = type.Name,
            ["description"] = type.Description,
        };
        var body = Lenient.GetJsonSchemaAsNode(type.Data, Exporter).AsObject();
        LeaveNullsOut(body);
        foreach (var (name, value) in body.Where(p => p.Key != "description"))
            schema[name] = value?.DeepClone();
        return schema.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";
    }

    static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        // What has a converter of its own can be anything to the exporter.
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var isOptional = Nullable.GetUnderlyingType(context.TypeInfo.Type) is not null || context.PropertyInfo?.IsGetNullable == true;
        JsonObject? own = null;
        if (type.IsEnum)
            own = new JsonObject { ["enum"] = new JsonArray([.. Words.All(type).Select(w => (JsonNode)JsonValue.Create(w))]) };
        else if (type == typeof(DateTimeOffset))
            own = new JsonObject { ["format"] = "date-time" };
        else if (type == typeof(string) && schema is not JsonObject { Count: > 0 })
            own = [];
        else if (type == typeof(WireAmount))
            Require((JsonObject)schema, "amount", "currency");
        else if (type == typeof(JsonElement))
            schema = new JsonObject { ["type"] = isOptional ? new JsonArray("object", "null") : "object" };
        if (own is not null)
        {
            own.Insert(0, "type", isOptional ? new JsonArray("string", "null") : "string");
            schema = own;
        }

        var said =
            context.PropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(DescriptionAttribute), inherit: false).FirstOrDefault()
            ?? (context.PropertyInfo is null ? context.TypeInfo.Type.GetCustomAttribute<DescriptionAttribute>() : null);
        if (said is DescriptionAttribute description && schema is JsonObject described)
            described["description"] = description.Description;
        return schema;
    }

    /// <summary>What may be missing where it comes in, never where it is told.</summary>
    static void Require(JsonObject schema, params string[] names)
    {
        foreach (var name in names)
            schema["properties"]![name]!["type"] = "string";
        schema["required"] = new JsonArray([.. names.Select(n => (JsonNode)n)]);
    }

    /// <summary>Nobody sends a null: what is not there is left out.</summary>
    static void LeaveNullsOut(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray items:
                foreach (var item in items)
                    LeaveNullsOut(item);
                break;
            case JsonObject schema:
                foreach (var (name, value) in (schema["properties"] as JsonObject ?? []).ToList())
                {
                    if (value!["type"] is not JsonArray types || !types.Any(t => (string?)t == "null"))
                        continue;
                    var kept = types.Select(t => (string)t!).Where(t => t != "null").ToList();
                    value["type"] = kept is [var only] ? only : new JsonArray([.. kept.Select(t => (JsonNode)t)]);
                    var required = schema["required"] as JsonArray;
                    if (required?.FirstOrDefault(r => (string?)r == name) is { } needless)
                        required.Remove(needless);
                }

                foreach (var (_, value) in schema)
                    LeaveNullsOut(value);
                break;
        }
    }
}
