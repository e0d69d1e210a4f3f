using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Home;

/// <summary>What there is, what is held back and for what, and what happened last.</summary>
static class ShowHome
{
    /// <summary>How many accounts are drawn and looked into: who has more goes to the account.</summary>
    const int MostDrawn = 8,
        Latest = 8,
        InChart = 60;

    public static async Task<IResult> Get(Visit visit)
    {
        var (asked, held) = (Asking.Accounts(visit), visit.Api.GetBalancesAsync());
        var accounts = await asked;
        var histories = await Task.WhenAll(
            accounts.Take(MostDrawn).Select(async a => new History(a, await visit.Api.ListActivityAsync(a.Id, limit: InChart)))
        );
        var purses = (await held).Data.Select(b => new Purse(b, Chart.Of(histories.Where(h => h.Account.Currency == b.Currency)))).ToList();
        var latest = histories.SelectMany(h => h.Entries.Data).OrderByDescending(e => e.OccurredAt).Take(Latest).ToList();
        return visit.Show<HomePage>(new HomeModel(accounts, purses, latest));
    }
}

public sealed record HomeModel(IReadOnlyList<AccountAnswer> Accounts, IReadOnlyList<Purse> Purses, IReadOnlyList<ActivityAnswer> Latest);

/// <summary>All of one currency.</summary>
public sealed record Purse(GetBalancesCurrencies Money, Chart Chart);

public sealed record History(AccountAnswer Account, Page<ActivityAnswer> Entries);
