using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace Hazina.Client;

/// <summary>One page of a list, the newest first. The calls named <c>ListAll…</c> go through all of them.</summary>
public sealed record Page<T>
{
    /// <summary>Where the list is.</summary>
    [JsonPropertyName("url")]
    public required string Url { get; init; }

    /// <summary>Whether there is another page in this direction.</summary>
    [JsonPropertyName("has_more")]
    public required bool HasMore { get; init; }

    /// <summary>What is on this page.</summary>
    [JsonPropertyName("data")]
    public required IReadOnlyList<T> Data { get; init; }
}

/// <summary>What stands in a list, and is named by its id when the next page is asked for.</summary>
public interface IListed
{
    /// <summary>For <c>startingAfter</c> and <c>endingBefore</c>.</summary>
    string Cursor { get; }
}

static class Pages
{
    public static async IAsyncEnumerable<T> AllAsync<T>(
        Func<string?, CancellationToken, Task<Page<T>>> read,
        [EnumeratorCancellation] CancellationToken stop = default
    )
        where T : IListed
    {
        string? last = null;
        for (var more = true; more; )
        {
            var page = await read(last, stop).ConfigureAwait(false);
            foreach (var item in page.Data)
                yield return item;
            more = page is { HasMore: true, Data.Count: > 0 };
            last = more ? page.Data[^1].Cursor : null;
        }
    }
}
