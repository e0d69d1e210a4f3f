using System.Globalization;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Activity;

/// <summary>One thing that happened, with all that is known of it.</summary>
static class ShowEntry
{
    static readonly TimeSpan Around = TimeSpan.FromSeconds(1);

    public static async Task<IResult> Get(Visit visit) => visit.Show<EntryPage>(new EntryModel(await Find(visit, visit.Asked("at"))));

    /// <param name="when">The API lists entries by time; the link says when this one was.</param>
    public static async Task<ActivityAnswer> Find(Visit visit, string? when)
    {
        var (account, entry) = (visit.Route("account"), visit.Route("entry"));
        var at = long.TryParse(when, NumberStyles.None, CultureInfo.InvariantCulture, out var stamp)
            ? DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(stamp, 4_102_444_800_000))
            : DateTimeOffset.UnixEpoch;
        var listed = await visit.Api.ListActivityAsync(account, limit: 100, from: Text(at - Around), until: Text(at + Around));
        return listed.Data.FirstOrDefault(e => e.Id == entry) ?? throw Visit.NotThere();
    }

    /// <summary>Where the page of an entry is.</summary>
    public static string Link(ActivityAnswer entry) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"/wallet/activity/{entry.Account}/{entry.Id}?at={entry.OccurredAt.ToUnixTimeMilliseconds()}"
        );

    static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

public sealed record EntryModel(ActivityAnswer Entry, Problem? Problem = null);
