using Hazina.Host;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Accounts.Tests;

public sealed class ChartTests(AccountsServer server)
{
    [Fact]
    public async Task Several_servers_agree_on_the_accounts_of_the_house()
    {
        var one = await server.App;
        var database = one.Services.GetRequiredService<ServerOptions>().OwnerConnectionString;
        await using var two = await HazinaApp.StartAsync(
            settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["database_owner"] = database }
        );
        var apps = new[] { one, two };
        // Of no other test's.
        var unused = Currency.Of("ETB");
        var ids = await Task.WhenAll(
            from account in Enum.GetValues<SystemAccount>()
            from app in apps
            select app.Services.GetRequiredService<CustomerAccounts>().House("live", unused, account)
        );
        Assert.Equal(Enum.GetValues<SystemAccount>().Length, ids.Distinct().Count());
        Assert.Equal(ids.Where((_, i) => i % 2 == 0), ids.Where((_, i) => i % 2 == 1));
    }

    [Fact]
    public async Task Each_account_of_the_house_is_one_of_its_book_currency_and_name_and_stays_it()
    {
        var all =
            from book in new[] { "live", "sandbox" }
            from currency in Currency.All
            from account in Enum.GetValues<SystemAccount>()
            select Chart.IdOf(book, currency, account);
        var ids = all.ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        // Books that were opened by an earlier release have to be found again.
        Assert.Equal(
            "d7a4adac-8ca7-8315-904e-be3dc5e3370e",
            Chart.IdOf("live", Currency.Of("KES"), SystemAccount.SafeguardedFunds).ToString()
        );

        var accounts = (await server.App).Services.GetRequiredService<CustomerAccounts>();
        var books = (await server.App).Services.GetRequiredService<Books>();
        foreach (var account in Enum.GetValues<SystemAccount>())
        {
            var id = await accounts.House("sandbox", Currency.Of("UGX"), account);
            var stand = (await books.Find("sandbox", id))!;
            Assert.Equal((0m, null), (stand.Posted, stand.Floor));
            Assert.True(Enum.IsDefined(Chart.ClassOf(account)), Words.Of(account));
            Assert.Null(await books.Find("live", id));
        }
    }
}
