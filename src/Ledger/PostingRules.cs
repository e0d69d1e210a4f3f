using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Hazina.Money;
using Hazina.Platform.Canonical;

namespace Hazina.Ledger;

/// <summary>What a well-formed posting looks like. Whatever fails here is never queued and never remembered.</summary>
public static class PostingRules
{
    public const int MaxReference = 255;
    public const int MaxDescription = 1_000;
    public const int MaxMetadataBytes = 16 * 1024;
    public const int MaxOwner = 100;
    public const int MaxConditions = 20;

    /// <summary>How many postings a bulk may have.</summary>
    public const int MaxBulk = 10_000;

    const int MaxMetadataDepth = 16;

    /// <summary>Past this a time is a slip of the pen; PostgreSQL and the arithmetic of periods stay far from their ends.</summary>
    static readonly DateTimeOffset LatestTime = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The first thing that is wrong with the posting: its field and what is wrong with it; null when nothing is.</summary>
    public static Flaw? FirstFlaw(Posting posting)
    {
        if (posting.Id == Guid.Empty)
            return new Flaw("id", "must be a UUID that is not all zeros");
        if (!IsName(posting.Book))
            return new Flaw("book", "must be lower-case letters, digits and underscores, starting with a letter, at most 40");
        if (!IsName(posting.Kind))
            return new Flaw("kind", "must be lower-case letters, digits and underscores, starting with a letter, at most 40");
        if (posting.Steps.Count > Posting.MaxSteps)
            return new Flaw("steps", $"must be at most {Posting.MaxSteps}");
        if (posting.Steps.Count == 0 != posting.Reverses is not null)
            return posting.Reverses is null ? new Flaw("steps", "must not be empty") : new Flaw("steps", "must be empty in a reversal");
        if (posting.EffectiveDate is { } date && (date.Year < 1970 || date.Year > 2199))
            return new Flaw("effective_date", "must be between 1970 and 2199");
        return Text("reference", posting.Reference, MaxReference)
            ?? Text("description", posting.Description, MaxDescription)
            ?? Metadata(posting.Metadata)
            ?? Steps(posting.Steps)
            ?? Conditions(posting.Conditions);
    }

    /// <summary>What is wrong with an atomic bulk as a whole: something in it would have to wait for something else in it.</summary>
    public static Flaw? FirstBulkFlaw(Guid bulk, IReadOnlyList<Posting> postings)
    {
        if (bulk == Guid.Empty)
            return new Flaw("id", "must be a UUID that is not all zeros");
        if (postings.Count is 0 or > MaxBulk)
            return new Flaw("transactions", $"must be between 1 and {MaxBulk}");
        var ids = new HashSet<Guid> { bulk };
        var reversed = new HashSet<Guid>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < postings.Count; i++)
        {
            if (!ids.Add(postings[i].Id))
                return new Flaw($"transactions/{i}/id", "was given to another one of this bulk");
            if (postings[i].Reverses is { } original && !reversed.Add(original))
                return new Flaw($"transactions/{i}/reverses", "is reversed by another one of this bulk");
            if (postings[i].WhenPosted.Any(row => row.Key is { } key && !keys.Add(key)))
                return new Flaw($"transactions/{i}", "touches the same row as another one of this bulk");
        }

        return null;
    }

    static Flaw? Steps(IReadOnlyList<Step> steps)
    {
        HashSet<Guid>? reserved = null;
        for (var i = 0; i < steps.Count; i++)
        {
            var flaw = steps[i] switch
            {
                Leg leg when leg.Debit == leg.Credit => new Flaw("credit", "must be another account than the one debited"),
                Leg leg => Positive("amount", leg.Amount),
                Reserve reserve when reserve.Id == Guid.Empty => new Flaw("id", "must be a UUID that is not all zeros"),
                Reserve reserve when !(reserved ??= []).Add(reserve.Id) => new Flaw(
                    "id",
                    "was given to another reservation of this posting"
                ),
                Reserve reserve => Positive("amount", reserve.Amount) ?? Time("expires_at", reserve.ExpiresAt),
                Release release => release.Amount is { } part ? Positive("amount", part) : null,
                Open open => OpenFlaw(open),
                Change { Freeze: null, Floor: null, Ceiling: null } => new Flaw(
                    "freeze",
                    "or floor or ceiling must be given: nothing would change"
                ),
                Change { Freeze: > Freeze.Both } => new Flaw("freeze", "must be none, debit, credit or both"),
                Change change => Bound("floor", change.Floor?.Value) ?? Bound("ceiling", change.Ceiling?.Value),
                Close => null,
                _ => new Flaw("", "is not a step"),
            };
            if (flaw is { } found)
                return found with { Field = $"steps/{i}/{found.Field}" };
        }

        return null;
    }

    static Flaw? OpenFlaw(Open open)
    {
        if (open.Id == Guid.Empty)
            return new Flaw("id", "must be a UUID that is not all zeros");
        if (!Enum.IsDefined(open.Class))
            return new Flaw("class", "must be asset, liability, equity, income or expense");
        if (open.Floor > open.Ceiling)
            return new Flaw("floor", "must not be above the ceiling");
        return Bound("floor", open.Floor, open.Currency)
            ?? Bound("ceiling", open.Ceiling, open.Currency)
            ?? Text("owner", open.Owner, MaxOwner);
    }

    static Flaw? Conditions(IReadOnlyList<Condition> conditions)
    {
        if (conditions.Count > MaxConditions)
            return new Flaw("conditions", $"must be at most {MaxConditions}");
        HashSet<(Guid, string, DateTimeOffset)>? counted = null;
        for (var i = 0; i < conditions.Count; i++)
        {
            var flaw = conditions[i] switch
            {
                AvailableAtLeast atLeast => Bound("amount", atLeast.Amount),
                TurnoverAtMost { AtMost: < 0 } => new Flaw("at_most", "must not be negative"),
                TurnoverAtMost turnover when !IsName(turnover.Tag) => new Flaw(
                    "tag",
                    "must be lower-case letters, digits and underscores, starting with a letter, at most 40"
                ),
                TurnoverAtMost turnover when turnover.PeriodEnd <= turnover.PeriodStart => new Flaw(
                    "period_end",
                    "must be after period_start"
                ),
                TurnoverAtMost turnover when !(counted ??= []).Add((turnover.Account, turnover.Tag, turnover.PeriodStart)) => new Flaw(
                    "tag",
                    "is counted by another condition of this posting"
                ),
                TurnoverAtMost turnover => Bound("at_most", turnover.AtMost)
                    ?? Time("period_start", turnover.PeriodStart)
                    ?? Time("period_end", turnover.PeriodEnd),
                _ => new Flaw("", "is not a condition"),
            };
            if (flaw is { } found)
                return found with { Field = $"conditions/{i}/{found.Field}" };
        }

        return null;
    }

    static Flaw? Positive(string field, Amount amount)
    {
        if (amount.Currency is null)
            return new Flaw(field, "must have a currency");
        return amount.Value <= 0 ? new Flaw(field, "must be more than zero") : Bound(field, amount.Value, amount.Currency);
    }

    static Flaw? Bound(string field, decimal? value, Currency? currency = null)
    {
        if (value is not { } number)
            return null;
        if (Math.Abs(number) > Amount.Limit)
            return new Flaw(field, "must be within 20 digits before the point");
        var scale = currency?.Scale ?? 8;
        return Amount.Digits(number) > scale
            ? new Flaw(field, $"must have at most {scale} digits after the point{(currency is null ? "" : $" in {currency}")}")
            : null;
    }

    static Flaw? Time(string field, DateTimeOffset? time)
    {
        if (time is not { } given)
            return null;
        if (given.UtcTicks % TimeSpan.TicksPerMicrosecond != 0)
            return new Flaw(field, "must be in whole microseconds");
        return given < DateTimeOffset.UnixEpoch || given >= LatestTime ? new Flaw(field, "must be between 1970 and 2199") : null;
    }

    static Flaw? Text(string field, string? text, int max)
    {
        if (text is null)
            return null;
        if (text.Length > max)
            return new Flaw(field, $"must be at most {max} characters");
        return StorableJson.Is(text) ? null : new Flaw(field, "must be well-formed text without the character U+0000");
    }

    static Flaw? Metadata(string? metadata)
    {
        if (metadata is null)
            return null;
        if (metadata.Length > MaxMetadataBytes || Encoding.UTF8.GetByteCount(metadata) > MaxMetadataBytes)
            return new Flaw("metadata", $"must be at most {MaxMetadataBytes} bytes");
        try
        {
            using var document = JsonDocument.Parse(metadata, new JsonDocumentOptions { MaxDepth = MaxMetadataDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return new Flaw("metadata", "must be a JSON object");
            return StorableJson.Is(document.RootElement)
                ? null
                : new Flaw("metadata", "must hold well-formed text without U+0000, and numbers of at most 28 digits");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new Flaw("metadata", $"must be a JSON object at most {MaxMetadataDepth} deep");
        }
    }

    static bool IsName(string text) =>
        text.Length is > 0 and <= 40 && char.IsAsciiLetterLower(text[0]) && !text.AsSpan().ContainsAnyExcept(NameCharacters);

    static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");
}

/// <summary>What is wrong with a field.</summary>
/// <param name="Field">As in <see cref="Outcome.Field"/>.</param>
/// <param name="Detail">Reads on from the field's name: <c>must be more than zero</c>.</param>
public readonly record struct Flaw(string Field, string Detail);
