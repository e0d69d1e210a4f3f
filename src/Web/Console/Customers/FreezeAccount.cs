using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Customers;

/// <summary>Stops what goes out of a customer's account, what comes in, or both; and lets it go again. With the reason, which customers do not read.</summary>
static class FreezeAccount
{
    public static Task<IResult> Freeze(Visit visit) => Act(visit, visit.Api.FreezeAccountAsync, Words.FrozenNow);

    public static Task<IResult> Unfreeze(Visit visit) => Act(visit, visit.Api.UnfreezeAccountAsync, Words.UnfrozenNow);

    static async Task<IResult> Act(Visit visit, Func<Guid, FreezeAccountRequest, CancellationToken, Task<AccountAnswer>> act, string told)
    {
        var id = visit.Route("account");
        // An empty reason is no reason, which is refused beside its field.
        var wish = new FreezeAccountRequest
        {
            Side = visit.Given("side") is { } side ? new Freeze(side) : null,
            Reason = visit.Given("reason"),
        };
        var done = await Acts.Try(visit, () => act(id, wish, default));
        return done.Problem is { } problem ? await ShowAccount.Show(visit, problem) : visit.Go($"/console/accounts/{id}", told);
    }
}
