using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Accounts;

/// <summary>One account: its number for others, what is on it, what happened last, and the button that stops it.</summary>
static class ShowAccount
{
    const int Latest = 8;

    public static async Task<IResult> Get(Visit visit)
    {
        var id = visit.Route("account");
        var (account, entries) = (visit.Api.GetAccountAsync(id), visit.Api.ListActivityAsync(id, limit: Latest));
        return visit.Show<AccountPage>(new AccountModel(await account, (await entries).Data));
    }
}

public sealed record AccountModel(AccountAnswer Account, IReadOnlyList<ActivityAnswer> Entries, Problem? Problem = null);
