using Hazina.Web.Calls;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Accounts;

/// <summary>One account: its number for others, what is on it, what happened last, and the button that stops it.</summary>
static class ShowAccount
{
    public static async Task<IResult> Get(Visit visit)
    {
        var id = visit.Route("account");
        var (account, entries) = (
            visit.Api.Get<Account>($"/v1/accounts/{id}"),
            visit.Api.Get<Listed<ActivityEntry>>($"/v1/accounts/{id}/activity?limit=8")
        );
        return visit.Show<AccountPage>(new AccountModel(await account, (await entries).Data));
    }
}

public sealed record AccountModel(Account Account, IReadOnlyList<ActivityEntry> Entries, Problem? Problem = null);
