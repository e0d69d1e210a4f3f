using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Accounts;

static class OpenAccount
{
    public static async Task<IResult> Get(Visit visit) =>
        visit.Show<OpenAccountPage>(
            new OpenAccountModel(await Currencies(visit), visit.Person!.Preferences.Currency, null, Asking.NewKey())
        );

    public static async Task<IResult> Post(Visit visit)
    {
        var (currency, nickname, key) = (visit.Field("currency"), visit.Given("nickname"), visit.Field("key"));
        var kind = visit.Given("kind") ?? "wallet";
        var made = await visit
            .Api.OpenAccountAsync(
                new OpenAccountRequest
                {
                    Currency = currency,
                    Kind = AccountKind.Of(kind),
                    Nickname = nickname,
                },
                key
            )
            .Outcome();
        return made.Problem is { } problem
            ? visit.Show<OpenAccountPage>(
                new OpenAccountModel(await Currencies(visit), currency, nickname, Asking.NewKey(), problem),
                problem.Status
            )
            : visit.Go($"/wallet/accounts/{made.Value.Id}", Words.Opened);
    }

    static async Task<IReadOnlyList<(string, string)>> Currencies(Visit visit)
    {
        var listed = await visit.Api.ListCurrenciesAsync().Outcome();
        // Who may not see the ledger's list is offered what most people here use.
        return listed.Problem is null
            ?
            [
                .. listed
                    .Value.Data.OrderBy(c => c.Crypto)
                    .ThenBy(c => c.Code != "KES")
                    .ThenBy(c => c.Code, StringComparer.Ordinal)
                    .Select(c => (c.Code, $"{c.Code} · {c.Name}")),
            ]
            : [.. Usual.Select(c => (c, c))];
    }

    static readonly string[] Usual = ["KES", "USD", "EUR", "GBP", "UGX", "TZS", "RWF", "BTC"];
}

public sealed record OpenAccountModel(
    IReadOnlyList<(string, string)> Currencies,
    string Currency,
    string? Nickname,
    string Key,
    Problem? Problem = null
);
