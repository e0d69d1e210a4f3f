using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Hazina.Simulator.Wire;

/// <summary>A request's JSON, read as leniently as vendors read it: a number may stand in quotes, and quotes around anything.</summary>
sealed class Fields(JsonNode? json)
{
    /// <summary>Null where the body is no JSON object.</summary>
    public static async Task<Fields?> ReadAsync(HttpRequest request)
    {
        try
        {
            return await JsonNode.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted) is JsonObject body
                ? new Fields(body)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Empty where there is none.</summary>
    public string Text(string name) =>
        (json as JsonObject)?[name] is JsonValue value
            ? value.GetValueKind() == JsonValueKind.String
                ? value.GetValue<string>().Trim()
                : value.ToJsonString()
            : "";

    public Fields Object(string name) => new((json as JsonObject)?[name]);

    /// <summary>Null where it is no number.</summary>
    public decimal? Number(string name) =>
        decimal.TryParse(
            Text(name),
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;

    /// <summary>Null where it is no amount of whole shillings above zero.</summary>
    public decimal? Shillings(string name) => Number(name) is > 0 and var n && n == decimal.Truncate(n) ? n : null;

    /// <summary>Null where it is no amount with at most two decimals above zero.</summary>
    public decimal? Cents(string name) => Number(name) is > 0 and var n && n == decimal.Round(n, 2) ? n : null;

    public bool IsUrl(string name) => Uri.TryCreate(Text(name), UriKind.Absolute, out var url) && url.Scheme is "http" or "https";

    /// <summary>A Kenyan mobile number as M-Pesa writes it.</summary>
    public static bool IsPhone(string text) =>
        text.Length == 12 && text.StartsWith("254", StringComparison.Ordinal) && text[3] is '7' or '1' && text.All(char.IsAsciiDigit);
}
