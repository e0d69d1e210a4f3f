using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Activity;

/// <summary>What the page shows, as a table for other programs.</summary>
static class ExportActivity
{
    const int AtOnce = 100;

    public static Task<IResult> Get(Visit visit)
    {
        var filter = ActivityFilter.Of(visit);
        return Task.FromResult(
            Guid.TryParse(filter.Account, out var account) ? File(visit, filter, account) : visit.Go("/wallet/activity")
        );
    }

    static CsvResult<ActivityAnswer> File(Visit visit, ActivityFilter filter, Guid account) =>
        new(
            "activity",
            Entries(visit, filter, account),
            ("id", e => e.Id),
            ("time", e => e.OccurredAt),
            ("type", e => e.Type.Value),
            ("status", e => e.Status.Value),
            ("side", e => e.Side.Value),
            ("amount", e => e.Amount.Value),
            ("currency", e => e.Amount.Currency),
            ("balance_after", e => e.BalanceAfter?.Value),
            ("counterparty", e => e.Counterparty),
            ("description", e => e.Description),
            ("reference", e => e.Reference),
            ("category", e => e.Category)
        );

    static async IAsyncEnumerable<ActivityAnswer> Entries(Visit visit, ActivityFilter filter, Guid account)
    {
        string? after = null;
        for (var more = true; more; )
        {
            var page = await filter.List(visit, account, AtOnce, after);
            foreach (var entry in page.Data)
                yield return entry;
            more = page is { HasMore: true, Data.Count: > 0 };
            after = more ? page.Data[^1].Id.ToString() : null;
        }
    }
}
