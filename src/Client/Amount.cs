using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hazina.Client;

/// <summary>An amount of money: a decimal, which keeps each digit, and the code of its currency.</summary>
/// <param name="Value">As many digits after the point as its currency keeps; one too many is refused, never rounded.</param>
/// <param name="Currency">The currency's code, for example KES.</param>
[JsonConverter(typeof(AmountConverter))]
public readonly record struct Amount(decimal Value, string Currency)
{
    /// <summary>For example <c>1250.00 KES</c>.</summary>
    public override string ToString() => $"{Value.ToString(CultureInfo.InvariantCulture)} {Currency}";
}

/// <summary>On the wire the digits are a string: a JSON number is a float to many readers.</summary>
sealed class AmountConverter : JsonConverter<Amount>
{
    const NumberStyles Digits = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    public override Amount Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? digits = null,
            currency = null;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An amount is an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            if (name == "amount")
                digits = reader.GetString();
            else if (name == "currency")
                currency = reader.GetString();
            else
                reader.Skip();
        }

        // More digits than a decimal holds would be rounded without a word; so they are counted.
        if (currency is null || !decimal.TryParse(digits, Digits, CultureInfo.InvariantCulture, out var value) || !IsWhole(digits, value))
            throw new JsonException($"'{digits}' in '{currency}' is no amount.");
        return new Amount(value, currency);
    }

    public override void Write(Utf8JsonWriter writer, Amount value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("amount", value.Value.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("currency", value.Currency);
        writer.WriteEndObject();
    }

    static bool IsWhole(string digits, decimal value) =>
        digits.Length - digits.IndexOf('.', StringComparison.Ordinal) - 1 == value.Scale || !digits.Contains('.', StringComparison.Ordinal);
}
