using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Accounts;

/// <summary>The button for when a phone is lost: nothing goes out until it is pressed again.</summary>
static class FreezeAccount
{
    public static async Task<IResult> Freeze(Visit visit)
    {
        var account = visit.Route("account");
        return await After(
            visit,
            account,
            await visit.Api.FreezeAccountAsync(account, new FreezeAccountRequest()).Problem(),
            Words.FrozenNow
        );
    }

    public static async Task<IResult> Unfreeze(Visit visit)
    {
        var account = visit.Route("account");
        return await After(
            visit,
            account,
            await visit.Api.UnfreezeAccountAsync(account, new FreezeAccountRequest()).Problem(),
            Words.UnfrozenNow
        );
    }

    static async Task<IResult> After(Visit visit, Guid id, Problem? problem, string told)
    {
        var path = $"/wallet/accounts/{id}";
        if (problem is null)
            return visit.Go(path, told);
        if (problem.AsksWho)
            return visit.Go("/wallet/confirm?next=" + Uri.EscapeDataString(path));
        return visit.Show<AccountPage>(new AccountModel(await visit.Api.GetAccountAsync(id), [], problem), problem.Status);
    }
}
