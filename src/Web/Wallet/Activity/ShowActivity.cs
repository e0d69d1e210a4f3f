using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Activity;

static class ShowActivity
{
    const int OnPage = 25;

    public static async Task<IResult> Get(Visit visit)
    {
        var accounts = await Asking.Accounts(visit);
        if (accounts.Count == 0)
            return visit.Go("/wallet");
        var filter = ActivityFilter.Of(visit);
        var account = accounts.FirstOrDefault(a => a.Id.ToString() == filter.Account) ?? accounts[0];
        filter = filter with { Account = account.Id.ToString() };
        var entries = await filter.List(visit, account.Id, OnPage, filter.After);
        return visit.Show<ActivityPage>(new ActivityModel(accounts, filter, entries));
    }
}

public sealed record ActivityModel(IReadOnlyList<AccountAnswer> Accounts, ActivityFilter Filter, Page<ActivityAnswer> Entries);
