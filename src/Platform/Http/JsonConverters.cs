using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hazina.Platform.Http;

/// <summary>Enumerations as snake_case words; numbers and other words are refused, and the answer lists those that there are.</summary>
sealed class SnakeCaseEnums : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert))!;

    sealed class Converter<T> : JsonConverter<T>
        where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Words.Enumeration<T>.Values.TryGetValue(reader.GetString()!, out var value)
                ? value
                : throw new WireException("unknown_value", $"must be one of {string.Join(", ", Words.All(typeof(T)))}");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Words.Of(value));
    }
}

/// <summary>Times as RFC 3339: an offset is required coming in, UTC with microseconds goes out, so that texts sort as times do.</summary>
sealed class Rfc3339Times : JsonConverter<DateTimeOffset>
{
    public const string Wanted = "must be an RFC 3339 time with an offset and at most six digits of a second, such as 2026-01-31T09:30:00Z";

    static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFK"];

    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static bool TryRead(string? text, out DateTimeOffset time)
    {
        time = default;
        // K also takes no offset at all and would then guess one.
        var hasOffset = text is [.., 'Z'] || (text is { Length: > 6 } && text[^6] is '+' or '-' && text[^3] == ':');
        if (!hasOffset || !DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var read))
            return false;
        time = read.ToUniversalTime();
        return true;
    }

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TryRead(reader.GetString(), out var time)
            ? time
            : throw new WireException("wrong_format", Wanted);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Text(value));
}

/// <summary>The digits of an amount: a string, because a JSON number goes through a binary fraction somewhere on its way.</summary>
sealed class AmountDigits : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Number => throw new WireException("wrong_type", "must be a string such as \"1250.00\", never a JSON number"),
            _ => throw new WireException("wrong_type", "must be a string such as \"1250.00\""),
        };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
