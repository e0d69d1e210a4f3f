using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Ledger;

/// <summary>The ledger's accounts: those of the house by their names, and all of them.</summary>
static class ShowLedger
{
    const int OnPage = 25,
        AtOnce = 100;

    public static async Task<IResult> Get(Visit visit)
    {
        var currency = visit.Asked("currency");
        var totals = await visit.Api.GetAccountTotalsAsync();
        var accounts = await visit.Api.ListLedgerAccountsAsync(OnPage, visit.Asked("after"), currency: currency);
        return visit.Show<LedgerPage>(new LedgerModel(currency, totals.House, accounts));
    }

    public static Task<IResult> Export(Visit visit) =>
        Task.FromResult<IResult>(
            new CsvResult<LedgerAccountAnswer>(
                "ledger-accounts",
                visit.Api.ListAllLedgerAccountsAsync(AtOnce, visit.Asked("currency")),
                ("id", a => a.Id),
                ("class", a => a.Class.Value),
                ("currency", a => a.Currency),
                ("owner", a => a.Owner),
                ("posted", a => a.Balance.Posted.Value),
                ("reserved", a => a.Balance.Reserved.Value),
                ("available", a => a.Balance.Available.Value),
                ("status", a => a.Status.Value),
                ("frozen", a => a.Frozen.Value),
                ("opened_at", a => a.OpenedAt)
            )
        );
}

public sealed record LedgerModel(string? Currency, IReadOnlyList<GetTotalsHouseAccount> House, Client.Page<LedgerAccountAnswer> Accounts);
