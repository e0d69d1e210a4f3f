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
        return visit.Show<LimitsPage>(new LimitsModel(accounts, account, await visit.Api.GetAccountLimitsAsync(account.Id)));
    }
}

public sealed record LimitsModel(IReadOnlyList<AccountAnswer> Accounts, AccountAnswer Account, LimitsAnswer Limits);
