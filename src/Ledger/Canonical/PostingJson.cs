using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Hazina.Money;
using Hazina.Platform.Canonical;

namespace Hazina.Ledger.Canonical;

/// <summary>
/// The canonical JSON of a posting: fields in a fixed order, absent ones left out, text escaped as RFC 8785 says, amounts as shortest decimal strings,
/// times in whole microseconds. The bytes are hashed and stored, so what this writes must never change for a posting that could be written before.
/// </summary>
static class PostingJson
{
    static readonly JsonWriterOptions Options = new() { Encoder = CanonicalEncoder.Instance, SkipValidation = true };

    /// <summary>Everything that makes two postings the same.</summary>
    public static byte[] Whole(Posting posting) => Write(posting, withRows: true);

    /// <summary>What the journal's rows do not say by themselves; null where they say all.</summary>
    public static byte[]? Details(Posting posting)
    {
        var needed =
            posting.Reference is not null
            || posting.Description is not null
            || posting.Metadata is not null
            || posting.Reverses is not null
            || posting.Conditions.Count > 0;
        for (var i = 0; !needed && i < posting.Steps.Count; i++)
            needed = posting.Steps[i] is not (Leg or Release { Amount: not null } or Close);
        return needed ? Write(posting, withRows: false) : null;
    }

    static byte[] Write(Posting posting, bool withRows)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        if (withRows)
            json.WriteString("id", posting.Id);
        json.WriteString("book", posting.Book);
        if (withRows)
        {
            json.WriteString("kind", posting.Kind);
            if (posting.EffectiveDate is { } date)
                json.WriteString("effective_date", date.ToString("O", CultureInfo.InvariantCulture));
            if (posting.Forced)
                json.WriteBoolean("forced", true);
        }

        if (posting.Reverses is { } reverses)
            json.WriteString("reverses", reverses);
        WriteText(json, "reference", posting.Reference);
        WriteText(json, "description", posting.Description);
        if (posting.Metadata is { } metadata)
        {
            json.WritePropertyName("metadata");
            json.WriteRawValue(metadata.AsSpan().Trim());
        }

        WriteSteps(json, posting.Steps, withRows);
        WriteConditions(json, posting.Conditions);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    static void WriteSteps(Utf8JsonWriter json, IReadOnlyList<Step> steps, bool withRows)
    {
        var started = false;
        for (var i = 0; i < steps.Count; i++)
        {
            if (!withRows && steps[i] is Leg or Release { Amount: not null } or Close)
                continue;
            if (!started)
                json.WriteStartArray("steps");
            started = true;
            json.WriteStartObject();
            json.WriteNumber("at", i);
            WriteStep(json, steps[i]);
            json.WriteEndObject();
        }

        if (started)
            json.WriteEndArray();
    }

    static void WriteStep(Utf8JsonWriter json, Step step)
    {
        switch (step)
        {
            case Leg leg:
                json.WriteString("do", "leg");
                json.WriteString("debit", leg.Debit);
                json.WriteString("credit", leg.Credit);
                WriteAmount(json, leg.Amount);
                if (leg.Reservation is { } drawn)
                    json.WriteString("reservation", drawn);
                break;
            case Reserve reserve:
                json.WriteString("do", "reserve");
                json.WriteString("id", reserve.Id);
                json.WriteString("account", reserve.Account);
                WriteAmount(json, reserve.Amount);
                if (reserve.ExpiresAt is { } expiresAt)
                    json.WriteString("expires_at", Time(expiresAt));
                break;
            case Release release:
                json.WriteString("do", "release");
                json.WriteString("reservation", release.Reservation);
                if (release.Amount is { } part)
                    WriteAmount(json, part);
                break;
            case Open open:
                json.WriteString("do", "open");
                json.WriteString("id", open.Id);
                json.WriteString("currency", open.Currency.Code);
                json.WriteNumber("scale", open.Currency.Scale);
                json.WriteString("class", NameOf(open.Class));
                WriteNumber(json, "floor", open.Floor);
                WriteNumber(json, "ceiling", open.Ceiling);
                WriteText(json, "owner", open.Owner);
                break;
            case Change change:
                json.WriteString("do", "change");
                json.WriteString("account", change.Account);
                if (change.Freeze is { } freeze)
                    json.WriteNumber("freeze", (int)freeze);
                WriteLimit(json, "floor", change.Floor);
                WriteLimit(json, "ceiling", change.Ceiling);
                break;
            case Close close:
                json.WriteString("do", "close");
                json.WriteString("account", close.Account);
                break;
            default:
                throw new InvalidOperationException($"No form for a step of type {step.GetType().Name}.");
        }
    }

    static void WriteConditions(Utf8JsonWriter json, IReadOnlyList<Condition> conditions)
    {
        if (conditions.Count == 0)
            return;
        json.WriteStartArray("conditions");
        foreach (var condition in conditions)
        {
            json.WriteStartObject();
            switch (condition)
            {
                case AvailableAtLeast atLeast:
                    json.WriteString("if", "available_at_least");
                    json.WriteString("account", atLeast.Account);
                    WriteNumber(json, "amount", atLeast.Amount);
                    break;
                case TurnoverAtMost turnover:
                    json.WriteString("if", "turnover_at_most");
                    json.WriteString("account", turnover.Account);
                    json.WriteString("tag", turnover.Tag);
                    json.WriteString("period_start", Time(turnover.PeriodStart));
                    json.WriteString("period_end", Time(turnover.PeriodEnd));
                    WriteNumber(json, "at_most", turnover.AtMost);
                    break;
                default:
                    throw new InvalidOperationException($"No form for a condition of type {condition.GetType().Name}.");
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static void WriteAmount(Utf8JsonWriter json, Amount amount)
    {
        WriteNumber(json, "amount", amount.Value);
        json.WriteString("currency", amount.Currency.Code);
    }

    static void WriteNumber(Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } number)
            json.WriteString(name, Shortest(number));
    }

    static void WriteLimit(Utf8JsonWriter json, string name, Limit? limit)
    {
        if (limit is { } given)
            json.WriteString(name, given.Value is { } value ? Shortest(value) : "none");
    }

    static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }

    /// <summary>1.50 and 1.5 are the same amount and must be the same bytes.</summary>
    public static string Shortest(decimal value) => value.ToString("0.########", CultureInfo.InvariantCulture);

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static string NameOf(AccountClass accountClass) =>
        accountClass switch
        {
            AccountClass.Asset => "asset",
            AccountClass.Liability => "liability",
            AccountClass.Equity => "equity",
            AccountClass.Income => "income",
            AccountClass.Expense => "expense",
            _ => throw new InvalidOperationException($"No account class {accountClass}."),
        };
}
