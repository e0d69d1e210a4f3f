using Microsoft.AspNetCore.WebUtilities;

namespace Hazina.Web.Console;

/// <summary>Addresses of the console, which say all that a page shows: to be kept, and given to others.</summary>
static class Links
{
    /// <param name="with">What is null or empty is left out.</param>
    public static string To(string path, params IEnumerable<(string Name, string? Value)> with) =>
        QueryHelpers.AddQueryString(
            path,
            with.Where(w => !string.IsNullOrEmpty(w.Value)).Select(w => new KeyValuePair<string, string?>(w.Name, w.Value))
        );

    /// <summary>Where a list goes on; null where it does not.</summary>
    public static string? After<T>(Page<T> page, string path, params IEnumerable<(string Name, string? Value)> with)
        where T : IListed => page is { HasMore: true, Data.Count: > 0 } ? To(path, with.Append(("after", page.Data[^1].Cursor))) : null;

    /// <summary>The end of an id, by which people tell it from others beside it.</summary>
    public static string Tail(string id) => id.Length > 8 ? "…" + id[^8..] : id;

    /// <summary>Whatever has an id: the search knows what it is.</summary>
    public static string ToId(string id) => To("/console/search", ("q", id));
}
