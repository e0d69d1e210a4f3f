using System.ComponentModel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Hazina.Platform.Http;

/// <summary>Which part of a list is asked for; take it <c>[AsParameters]</c> and make a <see cref="Page"/> of it by <see cref="Page.Of"/>.</summary>
public sealed record PageQuery(
    [property: FromQuery(Name = "limit"), Description("How many at most, 1 to 100; 20 when not said.")] int? Limit,
    [property: FromQuery(Name = "starting_after"), Description("The id of the last one of the page before: gives those that follow it.")]
        string? StartingAfter,
    [property:
        FromQuery(Name = "ending_before"),
        Description("The id of the first one of the page after: gives those that come before it.")
    ]
        string? EndingBefore
);

/// <summary>A part of a list, newest first.</summary>
/// <param name="Limit">1 to 100.</param>
/// <param name="Cursor">The id that it starts after, or ends before; null for the newest.</param>
/// <param name="Backwards">Whether the page before <paramref name="Cursor"/> is wanted: read the other way, then turned round by <see cref="List"/>.</param>
public sealed record Page(int Limit, string? Cursor, bool Backwards)
{
    /// <summary>How many rows to read: one more than wanted, to know whether there are more.</summary>
    public int Rows => Limit + 1;

    public static Page Of(PageQuery query, Validation check)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(check);
        check.That(query.Limit is null or (>= 1 and <= 100), "limit", "out_of_range", "must be 1 to 100");
        check.That(
            query.StartingAfter is null || query.EndingBefore is null,
            "ending_before",
            "conflict",
            "cannot be given together with starting_after"
        );
        return new Page(Math.Clamp(query.Limit ?? 20, 1, 100), query.StartingAfter ?? query.EndingBefore, query.EndingBefore is not null);
    }

    /// <summary>The cursor as the UUID that most lists go by.</summary>
    public Guid? CursorId(Validation check)
    {
        ArgumentNullException.ThrowIfNull(check);
        if (Cursor is null)
            return null;
        var isId = Guid.TryParseExact(Cursor, "D", out var id);
        check.That(isId, Backwards ? "ending_before" : "starting_after", "wrong_format", "must be the id of one in the list");
        return id;
    }

    /// <summary>The answer, from up to <see cref="Rows"/> rows as they were read.</summary>
    public ListOf<T> List<T>(IReadOnlyList<T> rows, HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(context);
        var data = rows.Take(Limit).ToList();
        if (Backwards)
            data.Reverse();
        return new ListOf<T>(context.Request.Path.Value ?? "/", rows.Count > Limit, data);
    }
}

/// <summary>One page of a list; there are no totals, which would have to count what nobody reads.</summary>
/// <param name="Url">The path of the list.</param>
/// <param name="HasMore">Whether there is more in the direction that was asked for.</param>
/// <param name="Data">Newest first.</param>
public sealed record ListOf<T>(string Url, bool HasMore, IReadOnlyList<T> Data)
{
    [Description("Always list.")]
    public string Object => "list";
}
