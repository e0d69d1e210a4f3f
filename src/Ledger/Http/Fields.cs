using System.Text.Json;
using Hazina.Money;
using Hazina.Platform.Canonical;
using Hazina.Platform.Http;

namespace Hazina.Ledger.Http;

/// <summary>Fields that several of the ledger's calls take.</summary>
static class Fields
{
    /// <summary>The word for a floor or ceiling that is not there.</summary>
    public const string None = "none";

    static readonly JsonWriterOptions Relaxed = new() { Encoder = CanonicalEncoder.Instance };

    /// <summary>A floor or ceiling: digits of the account's currency, or the word <see cref="None"/>.</summary>
    public static decimal? Limit(this Validation check, string value, Currency currency, string pointer) =>
        value == None ? null : check.DigitsOf(value, currency, pointer, AmountRange.Any);

    public static string Limit(decimal? value, Currency currency) => value is { } limit ? Amount.ToWire(limit, currency) : None;

    /// <summary>Digits of an account's currency, which is not known here: the widest there is.</summary>
    public static decimal Digits(this Validation check, string? value, string pointer)
    {
        if (!check.That(value is not null, pointer, "required", "is required"))
            return 0;
        var fault = Amount.TryRead(value, Widest, out var amount);
        check.That(
            fault != AmountFault.Malformed,
            pointer,
            "wrong_format",
            "must be plain decimal digits such as 1250.00, without exponent, separators or leading zeros"
        );
        check.That(
            fault != AmountFault.TooManyDigits,
            pointer,
            "too_many_digits",
            $"must have at most {Widest.Scale} digits after the point"
        );
        check.That(fault != AmountFault.TooLarge, pointer, "out_of_range", $"must be at most {Amount.Limit:0}");
        return amount.Value;
    }

    /// <summary>
    /// Metadata as one text, however it was written: what a client's serializer does with spaces and the order of names must not make
    /// a repetition look like another request.
    /// </summary>
    public static string? Metadata(this Validation check, JsonElement? value, string pointer)
    {
        if (check.ObjectText(value, pointer, PostingRules.MaxMetadataBytes) is null)
            return null;
        try
        {
            var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
            using var json = new Utf8JsonWriter(buffer, Relaxed);
            Write(json, value!.Value);
            json.Flush();
            return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            check.That(false, pointer, "wrong_format", "must hold well-formed text");
            return null;
        }
    }

    /// <summary>A time that has come; of the journal, whose clock may be a little ahead of this process's.</summary>
    public static DateTimeOffset? Past(this Validation check, string? text, string pointer, TimeProvider clock, DateTimeOffset journal)
    {
        var time = check.OptionalTime(text, pointer);
        var now = clock.GetUtcNow();
        check.That(time is null || time <= now || time <= journal, pointer, "out_of_range", "must not be in the future");
        return time;
    }

    public static string TextOf(DateTimeOffset time) => Canonical.PostingJson.Time(time);

    /// <summary>What the rules of postings find wrong, in the caller's words.</summary>
    public static void Note(this Validation check, Flaw? flaw, Func<string, string> pointer)
    {
        if (flaw is { } found)
            check.That(false, pointer(found.Field), "invalid", found.Detail);
    }

    static readonly Currency Widest = Currency.All.MaxBy(c => c.Scale)!;

    static void Write(Utf8JsonWriter json, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(json, item);
                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                json.WriteStringValue(element.GetString());
                break;
            default:
                json.WriteRawValue(element.GetRawText());
                break;
        }
    }
}
