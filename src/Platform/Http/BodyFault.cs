using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Hazina.Platform.Http;

/// <summary>Says in the caller's words what the framework found wrong with a request before a verb was reached.</summary>
public static partial class BodyFault
{
    public static Refusal Of(BadHttpRequestException e) =>
        e switch
        {
            { StatusCode: StatusCodes.Status413PayloadTooLarge } => PlatformRefusals.TooLarge.Because(
                "The body is larger than this call takes."
            ),
            { StatusCode: StatusCodes.Status415UnsupportedMediaType } => PlatformRefusals.UnsupportedMediaType.Because(
                "This call takes application/json."
            ),
            { InnerException: JsonException json } => Of(json),
            _ when Parameter().Match(e.Message) is { Success: true } match => Of(match),
            _ when e.Message.Contains("no body was provided", StringComparison.Ordinal) => PlatformRefusals.MalformedBody.Because(
                "This call needs a JSON body."
            ),
            _ => PlatformRefusals.BadRequest.Because("The request was cut short or is not framed as HTTP asks for."),
        };

    /// <summary>What is wrong with a JSON text, and where.</summary>
    /// <param name="e">What the serializer said.</param>
    /// <param name="line">The line, from 1, of the body that the text begins with.</param>
    public static Refusal Of(JsonException e, long line = 1)
    {
        var pointer = Pointer(e.Path);
        var (code, detail) = e is WireException wire ? (wire.Code, wire.Message) : Explain(e.Message, line, ref pointer);
        if (pointer.Length == 0)
            return PlatformRefusals.MalformedBody.Because($"The body {detail}.");
        return PlatformRefusals.MalformedBody.Because($"{pointer} {detail}.", pointer) with
        {
            Errors = [new FieldError(pointer, code, detail)],
        };
    }

    static Refusal Of(Match parameter)
    {
        // Of a record taken [AsParameters] it is the property that is named.
        var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Groups["name"].Value);
        if (parameter.Groups["body"].Success)
            return PlatformRefusals.MalformedBody.Because("This call needs a JSON object as its body.");
        var detail = parameter.Groups["given"].Success ? "has a value of the wrong kind" : "is required";
        var error = new FieldError(name, parameter.Groups["given"].Success ? "wrong_type" : "required", detail);
        return PlatformRefusals.InvalidRequest.Because($"The parameter {name} {detail}.", name) with { Errors = [error] };
    }

    /// <summary>The serializer says it in sentences alone; a test holds them, so that a new version of it is noticed.</summary>
    static (string Code, string Detail) Explain(string message, long line, ref string pointer)
    {
        if (Unmapped().Match(message) is { Success: true } unmapped)
        {
            pointer = Child(pointer, unmapped.Groups["name"].Value);
            return ("unknown_field", "is not a field of this call");
        }

        if (Duplicate().Match(message) is { Success: true } duplicate)
        {
            pointer = Child(pointer, duplicate.Groups["name"].Value);
            return ("duplicate_field", "is there twice");
        }

        if (WrongType().Match(message) is { Success: true } wrong)
            return ("wrong_type", Wanted(TypeOf(wrong.Groups["type"].Value, pointer)));
        if (message.Contains("maximum configured depth", StringComparison.Ordinal))
            return ("too_deep", "is nested too deeply");
        if (Place().Match(message) is { Success: true } place)
            return (
                "malformed",
                $"is not valid JSON at line {int.Parse(place.Groups["line"].Value) + line}, byte {int.Parse(place.Groups["byte"].Value) + 1}"
            );
        return ("malformed", "is not valid JSON");
    }

    /// <summary>The serializer may name the record that it was reading; what its field takes stands in the record.</summary>
    static string TypeOf(string type, string pointer)
    {
        if (!type.StartsWith("Hazina.", StringComparison.Ordinal))
            return type;
        var field = pointer[(pointer.LastIndexOf('/') + 1)..];
        return AppDomain
                .CurrentDomain.GetAssemblies()
                .Select(a => a.GetType(type))
                .FirstOrDefault(t => t is not null)
                ?.GetProperties()
                .FirstOrDefault(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name) == field)
                ?.PropertyType.ToString()
            ?? type;
    }

    static string Wanted(string type) =>
        type switch
        {
            _ when type.Contains("System.Guid", StringComparison.Ordinal) => "must be a UUID such as 0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11",
            _ when type.Contains("System.String", StringComparison.Ordinal) && !type.Contains('[', StringComparison.Ordinal) =>
                "must be a string",
            _ when type.Contains("System.Boolean", StringComparison.Ordinal) => "must be true or false",
            _ when type.Contains("System.DateOnly", StringComparison.Ordinal) => "must be a date such as 2026-01-31",
            _ when type.Contains("System.DateTimeOffset", StringComparison.Ordinal) => "must be a time such as 2026-01-31T08:00:00Z",
            _ when Whole().IsMatch(type) => "must be a whole number within range",
            _ when type.Contains("List`", StringComparison.Ordinal) || type.EndsWith("[]", StringComparison.Ordinal) => "must be a list",
            _ => "must be an object",
        };

    /// <summary><c>$.legs[0].amount</c> as <c>/legs/0/amount</c>.</summary>
    internal static string Pointer(string? path)
    {
        var pointer = new StringBuilder();
        foreach (Match step in Steps().Matches(path is ['$', ..] ? path[1..] : ""))
        {
            var name = step.Groups["quoted"].Success ? step.Groups["quoted"].Value : step.Groups["plain"].Value;
            pointer.Append('/').Append(Escaped(name));
        }

        return pointer.ToString();
    }

    /// <summary>Where the serializer's path names the member already, it is not named twice.</summary>
    static string Child(string pointer, string name)
    {
        var last = "/" + Escaped(name);
        return pointer.EndsWith(last, StringComparison.Ordinal) ? pointer : pointer + last;
    }

    static string Escaped(string name)
    {
        var cut = name.Length > 100 ? name[..100] : name;
        return cut.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\['(?<quoted>.*?)'\]|\[(?<plain>\d+)\]|\.(?<plain>[^.\[]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Steps();

    [GeneratedRegex(
        @"^The JSON property '(?<name>.*)' could not be mapped to any \.NET member",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Unmapped();

    [GeneratedRegex(
        @"^Duplicate property '(?<name>.*)' encountered during deserialization",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Duplicate();

    [GeneratedRegex(@"could not be converted to (?<type>.+?)\. Path", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WrongType();

    [GeneratedRegex(@"System\.U?Int(16|32|64)|System\.S?Byte\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Whole();

    [GeneratedRegex(@"LineNumber: (?<line>\d+) \| BytePositionInLine: (?<byte>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();

    [GeneratedRegex(
        @"^(Failed to bind parameter|Required parameter) ""[^""]*?(?<name>\w+)""( from (?<given>"".*"")| was not provided from (?<body>body)?)",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Parameter();
}
