using System.Globalization;
using System.Text;
using Hazina.Web.Visits;

namespace Hazina.Web.Wallet.Activity;

/// <summary>What of an account's activity is looked for, as it stands in the address.</summary>
public sealed record ActivityFilter(string? Account, string? Text, string? Type, string? From, string? Until, string? After)
{
    public static readonly IReadOnlyList<string> Types =
    [
        "deposit",
        "withdrawal",
        "transfer",
        "payment",
        "refund",
        "fee",
        "interest",
        "adjustment",
    ];

    public bool IsAny => Text is null && Type is null && From is null && Until is null;

    public static ActivityFilter Of(Visit visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        return new(
            visit.Asked("account"),
            visit.Asked("text"),
            visit.Asked("type"),
            Day(visit.Asked("from")),
            Day(visit.Asked("until")),
            visit.Asked("after")
        );
    }

    /// <summary>A page of what fits.</summary>
    public Task<Page<ActivityAnswer>> List(Visit visit, Guid account, int limit, string? after)
    {
        ArgumentNullException.ThrowIfNull(visit);
        var zone = visit.Person?.Zone ?? TimeZoneInfo.Utc;
        return visit.Api.ListActivityAsync(
            account,
            type: Type,
            from: Start(From, 0, zone),
            until: Start(Until, 1, zone),
            text: Text is { Length: > 1 } ? Text : null,
            limit: limit,
            startingAfter: after
        );
    }

    /// <summary>For links of these pages.</summary>
    public string Link(string path, string? after = null)
    {
        var query = new StringBuilder($"{path}?account={Account}");
        Add(query, "text", Text);
        Add(query, "type", Type);
        Add(query, "from", From);
        Add(query, "until", Until);
        Add(query, "after", after);
        return query.ToString();
    }

    static void Add(StringBuilder query, string name, string? value)
    {
        if (value is not null)
            query.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
    }

    static string? Day(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", out _) ? text : null;

    /// <summary>When a day begins where the visitor is.</summary>
    static string? Start(string? day, int later, TimeZoneInfo zone)
    {
        if (day is null)
            return null;
        var local = DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture).AddDays(later).ToDateTime(TimeOnly.MinValue);
        return (local - zone.GetUtcOffset(local)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }
}
