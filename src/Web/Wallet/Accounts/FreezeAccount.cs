using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Accounts;

/// <summary>The button for when a phone is lost: nothing goes out until it is pressed again.</summary>
static class FreezeAccount
{
    public static Task<IResult> Freeze(Visit visit) => Post(visit, "freeze", Words.FrozenNow);

    public static Task<IResult> Unfreeze(Visit visit) => Post(visit, "unfreeze", Words.UnfrozenNow);

    static async Task<IResult> Post(Visit visit, string verb, string told)
    {
        var path = $"/accounts/{visit.Route("account")}";
        var done = await visit.Api.Post<object>($"/v1{path}/{verb}");
        if (done.Problem is null)
            return visit.Go("/wallet" + path, told);
        if (done.Problem.AsksWho)
            return visit.Go("/wallet/confirm?next=" + Uri.EscapeDataString("/wallet" + path));
        var account = await visit.Api.Get<Account>("/v1" + path);
        return visit.Show<AccountPage>(new AccountModel(account, [], done.Problem), done.Problem.Status);
    }
}
