using Hazina.Web.Calls;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Accounts;

static class ShowLimits
{
    public static async Task<IResult> Get(Visit visit)
    {
        var accounts = await Asking.Accounts(visit);
        if (accounts.Count == 0)
            return visit.Go("/wallet/accounts/new");
        var account = accounts.FirstOrDefault(a => a.Id.ToString() == visit.Asked("account")) ?? accounts[0];
        return visit.Show<LimitsPage>(new LimitsModel(accounts, account, await visit.Api.Get<Limits>($"/v1/accounts/{account.Id}/limits")));
    }
}

public sealed record LimitsModel(IReadOnlyList<Account> Accounts, Account Account, Limits Limits);

public sealed record Limits(string Tier, OnceLimit Transaction, PeriodLimit Daily, PeriodLimit Monthly, PeriodLimit NewRecipients);

public sealed record OnceLimit(Wire Limit);

public sealed record PeriodLimit(Wire Limit, Wire Used, Wire Left, DateTimeOffset ResetsAt)
{
    /// <summary>Of 100.</summary>
    public int Share => Limit.Value <= 0 ? 100 : (int)Math.Clamp(Used.Value / Limit.Value * 100, 0, 100);
}
