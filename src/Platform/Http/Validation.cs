using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Hazina.Money;
using Hazina.Platform.Canonical;

namespace Hazina.Platform.Http;

/// <summary>
/// Collects everything that is wrong with a request, so that the caller hears it all at once. What a method returns for a field at fault
/// means nothing: ask <see cref="Failed"/> before using any of it.
/// </summary>
/// <example><c>var id = check.Id(body.Id, "/id"); … if (check.Failed(out var refusal)) return refusal;</c></example>
public sealed class Validation
{
    /// <summary>As many as are listed; a bulk of thousands need not answer with thousands.</summary>
    public const int MaxErrors = 100;

    readonly List<FieldError> errors;
    readonly string prefix;

    public Validation()
        : this([], "") { }

    Validation(List<FieldError> errors, string prefix) => (this.errors, this.prefix) = (errors, prefix);

    /// <summary>The same collection, for the part of the body under a pointer (<c>/legs/3</c>).</summary>
    public Validation At(string pointer) => new(errors, prefix + pointer);

    /// <summary>Whether anything was wrong, as one refusal with every field at fault.</summary>
    public bool Failed([NotNullWhen(true)] out Refusal? refusal)
    {
        refusal = errors switch
        {
            [] => null,
            [var only] => PlatformRefusals.InvalidRequest.Because($"{only.Pointer} {only.Detail}.", only.Pointer) with { Errors = errors },
            _ => PlatformRefusals.InvalidRequest.Because(
                $"{errors.Count} fields are not valid; the first: {errors[0].Pointer} {errors[0].Detail}.",
                errors[0].Pointer
            ) with
            {
                Errors = errors,
            },
        };
        return refusal is not null;
    }

    /// <summary>Notes a fault that only the verb can see.</summary>
    /// <param name="holds">True when all is well.</param>
    /// <param name="pointer">Where, below this validation's own place.</param>
    /// <param name="code">A word for programs.</param>
    /// <param name="detail">What follows the field's name in a sentence: <c>must be in the future</c>.</param>
    public bool That(bool holds, string pointer, string code, string detail)
    {
        if (!holds && errors.Count < MaxErrors)
            errors.Add(new FieldError(prefix + pointer, code, detail));
        return holds;
    }

    public T Required<T>(T? value, string pointer)
        where T : struct
    {
        That(value is not null, pointer, "required", "is required");
        return value ?? default;
    }

    public T Required<T>(T? value, string pointer)
        where T : class
    {
        That(value is not null, pointer, "required", "is required");
        return value!;
    }

    /// <summary>A UUID that is not all zeros.</summary>
    public Guid Id(Guid? value, string pointer)
    {
        if (That(value is not null, pointer, "required", "is required"))
            That(value != Guid.Empty, pointer, "out_of_range", "must not be the zero UUID");
        return value ?? default;
    }

    /// <summary>A text of a length, without control characters but tab and new line.</summary>
    public string Text(string? value, string pointer, int max, int min = 1) =>
        That(value is not null, pointer, "required", "is required") ? OptionalText(value, pointer, max, min)! : "";

    /// <inheritdoc cref="Text"/>
    public string? OptionalText(string? value, string pointer, int max, int min = 0)
    {
        if (value is null)
            return null;
        That(value.Length >= min, pointer, "too_short", $"must have at least {min} character{(min == 1 ? "" : "s")}");
        That(value.Length <= max, pointer, "too_long", $"must have at most {max} characters");
        That(!value.Any(c => char.IsControl(c) && c is not ('\n' or '\t')), pointer, "wrong_format", "must not hold control characters");
        return value;
    }

    /// <summary>One of an enumeration's words, where one is given; for parameters of queries, which know no enumerations.</summary>
    public void WordOf<T>(string? word, string pointer)
        where T : struct, Enum =>
        That(
            word is null || Words.All(typeof(T)).Contains(word),
            pointer,
            "unknown_value",
            $"must be one of {string.Join(", ", Words.All(typeof(T)))}"
        );

    /// <summary>Lower-case letters, digits and underscores, a letter first.</summary>
    public string Word(string? value, string pointer, int max)
    {
        var word = Text(value, pointer, max);
        if (word.Length > 0)
        {
            That(
                char.IsAsciiLetterLower(word[0]) && word.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'),
                pointer,
                "wrong_format",
                "must be lower-case letters, digits and underscores, a letter first"
            );
        }

        return word;
    }

    /// <summary>A list of a length; null entries are refused.</summary>
    public IReadOnlyList<T> List<T>(IReadOnlyList<T?>? values, string pointer, int max, int min = 1)
        where T : class
    {
        if (!That(values is not null || min == 0, pointer, "required", "is required") || values is null)
            return [];
        That(values.Count >= min, pointer, "too_few", $"must have at least {min}");
        if (!That(values.Count <= max, pointer, "too_many", $"must have at most {max}"))
            return [];
        for (var i = 0; i < values.Count; i++)
            That(values[i] is not null, $"{pointer}/{i}", "required", "must not be null");
        return [.. values.Where(v => v is not null)!];
    }

    /// <summary>A JSON object as the text that came, or null.</summary>
    public string? ObjectText(JsonElement? value, string pointer, int maxBytes)
    {
        if (value is not { } element || element.ValueKind == JsonValueKind.Null)
            return null;
        if (!That(element.ValueKind == JsonValueKind.Object, pointer, "wrong_type", "must be an object"))
            return null;
        var text = element.GetRawText();
        That(System.Text.Encoding.UTF8.GetByteCount(text) <= maxBytes, pointer, "too_long", $"must have at most {maxBytes} bytes as text");
        That(IsStorable(element), pointer, "wrong_format", "must hold well-formed text without U+0000, and numbers of at most 28 digits");
        return text;
    }

    static bool IsStorable(JsonElement element)
    {
        try
        {
            return StorableJson.Is(element);
        }
        catch (InvalidOperationException)
        {
            return false; // half a character
        }
    }

    /// <summary>A time as it comes in a query (RFC 3339 with an offset, whole microseconds), in UTC; null when it is not given.</summary>
    public DateTimeOffset? OptionalTime(string? text, string pointer)
    {
        if (text is null)
            return null;
        // An offset's plus is a space to whoever decodes a query.
        var isTime = Rfc3339Times.TryRead(text.Replace(' ', '+'), out var time);
        That(isTime, pointer, "wrong_format", Rfc3339Times.Wanted);
        return time;
    }

    public Currency CurrencyOf(string? code, string pointer)
    {
        if (
            That(code is not null, pointer, "required", "is required")
            && That(
                Currency.TryGet(code, out _),
                pointer,
                "unknown_currency",
                "must be the code of a currency that is kept here, such as KES"
            )
        )
            return Currency.Of(code!);
        return Currency.All[0];
    }

    /// <summary>An amount of a known currency, more than zero unless <paramref name="range"/> says otherwise.</summary>
    public Amount AmountOf(WireAmount? value, string pointer, AmountRange range = AmountRange.Positive) =>
        OptionalAmountOf(Required(value, pointer), pointer, range) ?? Amount.Zero(Currency.All[0]);

    /// <inheritdoc cref="AmountOf"/>
    public Amount? OptionalAmountOf(WireAmount? value, string pointer, AmountRange range = AmountRange.Positive)
    {
        if (value is null)
            return null;
        var known = errors.Count;
        var currency = CurrencyOf(value.Currency, pointer + "/currency");
        if (!That(value.Amount is not null, pointer + "/amount", "required", "is required") || errors.Count > known)
            return null;
        return new Amount(DigitsOf(value.Amount!, currency, pointer + "/amount", range), currency);
    }

    /// <summary>The digits of an amount whose currency stands elsewhere.</summary>
    public decimal DigitsOf(string digits, Currency currency, string pointer, AmountRange range = AmountRange.Positive)
    {
        var fault = Amount.TryRead(digits, currency, out var amount);
        var isFine = fault switch
        {
            AmountFault.None => true,
            AmountFault.TooManyDigits => That(
                false,
                pointer,
                "too_many_digits",
                $"must have at most {currency.Scale} digits after the point, as {currency.Code} keeps"
            ),
            AmountFault.TooLarge => That(false, pointer, "out_of_range", $"must be at most {Amount.Limit:0}"),
            _ => That(
                false,
                pointer,
                "wrong_format",
                "must be plain decimal digits such as 1250.00, without exponent, separators or leading zeros"
            ),
        };
        if (!isFine)
            return 0m;
        if (range == AmountRange.Positive)
            That(amount.Value > 0, pointer, "out_of_range", "must be more than zero");
        else if (range == AmountRange.NotNegative)
            That(amount.Value >= 0, pointer, "out_of_range", "must not be negative");
        return amount.Value;
    }
}

/// <summary>Which amounts a field takes.</summary>
public enum AmountRange : byte
{
    /// <summary>More than zero.</summary>
    Positive,

    /// <summary>Zero or more.</summary>
    NotNegative,

    /// <summary>Any.</summary>
    Any,
}
