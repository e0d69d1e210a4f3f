using System.Globalization;
using System.Text.Json;
using Hazina.Money;

namespace Hazina.Ledger.Canonical;

/// <summary>Reads what <see cref="PostingJson"/> wrote.</summary>
static class PostingReader
{
    /// <summary>The posting of a refusal's content.</summary>
    public static Posting Whole(ReadOnlyMemory<byte> content)
    {
        using var document = JsonDocument.Parse(content);
        var root = document.RootElement;
        return Details(root) with
        {
            Id = root.GetProperty("id").GetGuid(),
            Kind = root.GetProperty("kind").GetString()!,
            EffectiveDate = Text(root, "effective_date") is { } date ? DateOnly.Parse(date, CultureInfo.InvariantCulture) : null,
            Forced = root.TryGetProperty("forced", out _),
        };
    }

    /// <summary>What the details of a transaction say: steps that its rows say by themselves are missing, and so are id and kind.</summary>
    public static Posting Details(ReadOnlyMemory<byte> content)
    {
        using var document = JsonDocument.Parse(content);
        return Details(document.RootElement);
    }

    /// <summary>The steps of some details by their place in the transaction, for the rows to find their command.</summary>
    public static IReadOnlyDictionary<int, Step> StepsByPlace(ReadOnlyMemory<byte> content)
    {
        using var document = JsonDocument.Parse(content);
        return document.RootElement.TryGetProperty("steps", out var steps)
            ? steps.EnumerateArray().ToDictionary(s => s.GetProperty("at").GetInt32(), ReadStep)
            : [];
    }

    static Posting Details(JsonElement root) =>
        new()
        {
            Id = Guid.Empty,
            Kind = "",
            Book = root.GetProperty("book").GetString()!,
            Reverses = Id(root, "reverses"),
            Reference = Text(root, "reference"),
            Description = Text(root, "description"),
            Metadata = root.TryGetProperty("metadata", out var metadata) ? metadata.GetRawText() : null,
            Steps = root.TryGetProperty("steps", out var steps) ? [.. steps.EnumerateArray().Select(ReadStep)] : [],
            Conditions = root.TryGetProperty("conditions", out var conditions)
                ? [.. conditions.EnumerateArray().Select(ReadCondition)]
                : [],
        };

    static Step ReadStep(JsonElement step) =>
        step.GetProperty("do").GetString() switch
        {
            "leg" => new Leg(
                step.GetProperty("debit").GetGuid(),
                step.GetProperty("credit").GetGuid(),
                ReadAmount(step),
                Id(step, "reservation")
            ),
            "reserve" => new Reserve(
                step.GetProperty("id").GetGuid(),
                step.GetProperty("account").GetGuid(),
                ReadAmount(step),
                Time(step, "expires_at")
            ),
            "release" => new Release(
                step.GetProperty("reservation").GetGuid(),
                step.TryGetProperty("amount", out _) ? ReadAmount(step) : null
            ),
            "open" => new Open(
                step.GetProperty("id").GetGuid(),
                ReadCurrency(step),
                ReadClass(step.GetProperty("class").GetString()),
                Number(step, "floor"),
                Number(step, "ceiling"),
                Text(step, "owner")
            ),
            "change" => new Change(
                step.GetProperty("account").GetGuid(),
                step.TryGetProperty("freeze", out var freeze) ? (Freeze)freeze.GetInt32() : null,
                ReadLimit(step, "floor"),
                ReadLimit(step, "ceiling")
            ),
            "close" => new Close(step.GetProperty("account").GetGuid()),
            var other => throw new FormatException($"This version does not know the step '{other}'."),
        };

    static Condition ReadCondition(JsonElement condition) =>
        condition.GetProperty("if").GetString() switch
        {
            "available_at_least" => new AvailableAtLeast(condition.GetProperty("account").GetGuid(), Number(condition, "amount")!.Value),
            "turnover_at_most" => new TurnoverAtMost(
                condition.GetProperty("account").GetGuid(),
                condition.GetProperty("tag").GetString()!,
                Time(condition, "period_start")!.Value,
                Time(condition, "period_end")!.Value,
                Number(condition, "at_most")
            ),
            var other => throw new FormatException($"This version does not know the condition '{other}'."),
        };

    static Currency ReadCurrency(JsonElement step)
    {
        var currency = Currency.Of(step.GetProperty("currency").GetString()!);
        var scale = step.GetProperty("scale").GetInt32();
        return currency.Scale == scale
            ? currency
            : throw new FormatException($"The journal keeps {currency} at {scale} digits, this version at {currency.Scale}.");
    }

    static AccountClass ReadClass(string? name) =>
        name switch
        {
            "asset" => AccountClass.Asset,
            "liability" => AccountClass.Liability,
            "equity" => AccountClass.Equity,
            "income" => AccountClass.Income,
            "expense" => AccountClass.Expense,
            _ => throw new FormatException($"This version does not know the account class '{name}'."),
        };

    static Limit? ReadLimit(JsonElement element, string name) =>
        Text(element, name) is not { } text ? null : new Limit(text == "none" ? null : decimal.Parse(text, CultureInfo.InvariantCulture));

    static Amount ReadAmount(JsonElement element) =>
        new(Number(element, "amount")!.Value, Currency.Of(element.GetProperty("currency").GetString()!));

    static decimal? Number(JsonElement element, string name) =>
        Text(element, name) is { } text ? decimal.Parse(text, CultureInfo.InvariantCulture) : null;

    static DateTimeOffset? Time(JsonElement element, string name) =>
        Text(element, name) is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : null;

    static Guid? Id(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetGuid() : null;

    static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
