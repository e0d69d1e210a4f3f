using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Accounts;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Security;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Billing.Tests.Charges;

public sealed class FeeChargeTests(AccountsServer server)
{
    static readonly Currency Usd = Currency.Of("USD");

    [Fact]
    public async Task A_fee_commits_with_what_it_is_for_is_seen_by_who_paid_it_and_is_in_the_report()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var purse = await asha.Account(100, "USD");
        var (quote, owner) = (await Known(), new FeeOwner(purse, HolderKind.User, asha.Id));
        var before = await Report();

        var taken = Guid.CreateVersion7();
        Assert.True(
            (await Take(taken, purse, 2.5m, Tariff.Charge($"trade/{taken}", "live", taken, quote, 2.5m, owner, "trade", taken))).IsPosted
        );
        var back = Guid.CreateVersion7();
        Assert.True(
            (await Take(back, purse, -1m, Tariff.Charge($"trade/{taken}/1", "live", back, quote, -1m, owner, "trade", taken))).IsPosted
        );

        // Refused: no row either.
        var refused = Guid.CreateVersion7();
        Assert.False(
            (
                await Take(refused, purse, 1000m, Tariff.Charge($"trade/{refused}", "live", refused, quote, 1000m, owner, "trade", refused))
            ).IsPosted
        );

        var seen = (await asha.Get("/v1/fee-charges")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal(["-1.00", "2.50"], seen.Select(c => (string)c!["amount"]!["amount"]!));
        Assert.Empty((await juma.Get("/v1/fee-charges")).Is(HttpStatusCode.OK)["data"]!.AsArray());
        var after = await Report();
        Assert.Equal(
            (1, 2.5m, 1m, 1.5m),
            (after.Charges - before.Charges, after.Taken - before.Taken, after.Returned - before.Returned, after.Revenue - before.Revenue)
        );

        await using var connection = await server.Owner();
        await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync("update billing.fee_charges set amount = 1"));
        await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync("delete from billing.fees"));
    }

    [Fact]
    public async Task Tables_show_their_owners_rows_alone()
    {
        await Known();
        await using var connection = await (await server.App).Database.Requests("billing").OpenConnectionAsync();
        Assert.Empty(await connection.QueryAsync<Guid>("select id from billing.fee_charges"));
        Assert.Empty(await connection.QueryAsync<Guid>("select id from billing.fees where merchant_id is not null"));
        Assert.NotEmpty(await connection.QueryAsync<Guid>("select id from billing.fees"));
        var open = await connection.QueryAsync<string>(
            """
            select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'billing' and c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)
            """
        );
        Assert.Empty(open);
    }

    [Theory]
    [InlineData("from=2026-01-02&to=2026-01-01", "to")]
    [InlineData("from=2024-01-01&to=2026-01-01", "to")]
    [InlineData("to=2026-01-01", "from")]
    public async Task A_report_over_days_that_cannot_be_is_refused_by_name(string query, string parameter)
    {
        var reply = await Customer.Send((await server.Clerk).Client, HttpMethod.Get, $"/v1/reports/revenue?{query}", null);
        Assert.Contains(parameter, reply.Is(HttpStatusCode.BadRequest)["errors"]!.AsArray().Select(e => (string)e!["pointer"]!));
    }

    async Task<Outcome> Take(Guid id, Guid purse, decimal amount, AlongsideRow charge)
    {
        var services = (await server.App).Services;
        var fees = await services.GetRequiredService<CustomerAccounts>().House("live", Usd, SystemAccount.Fees);
        var money = new Amount(Math.Abs(amount), Usd);
        return await services
            .GetRequiredService<Journal>()
            .Post(
                new Posting
                {
                    Id = id,
                    Book = "live",
                    Kind = "fee",
                    Steps = [amount > 0 ? new Leg(purse, fees, money) : new Leg(fees, purse, money)],
                    WhenPosted = [charge],
                },
                CancellationToken.None
            );
    }

    /// <summary>A fee for trades in dollars, which no other test sets.</summary>
    async Task<FeeQuote> Known()
    {
        var tariff = (await server.App).Services.GetRequiredService<Tariff>();
        var question = new FeeQuestion("live", FeeType.Trade, new Amount(100m, Usd));
        if (await tariff.Quote(question) is { } known)
            return known;
        var body = new JsonObject
        {
            ["currency"] = "USD",
            ["name"] = "Trades",
            ["borne_by"] = "payer",
            ["rate"] = "0.025",
            ["note"] = "as agreed",
        };
        var asked = (await Customer.Send((await server.Clerk).Client, HttpMethod.Put, "/v1/fees/trade", body)).Is(HttpStatusCode.Accepted);
        (await (await server.Someone(Role.User, Role.Compliance)).Post($"/v1/approvals/{asked["id"]}/approve")).Is(HttpStatusCode.OK);
        FeeQuote? quote = null;
        await Eventually.TrueAsync(async () => (quote = await tariff.Quote(question)) is not null, "trades cost something");
        return quote!;
    }

    async Task<(long Charges, decimal Taken, decimal Returned, decimal Revenue)> Report()
    {
        var day = DateTimeOffset.UtcNow;
        string Day(int days) => day.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var report = (
            await Customer.Send((await server.Clerk).Client, HttpMethod.Get, $"/v1/reports/revenue?from={Day(-1)}&to={Day(1)}", null)
        ).Is(HttpStatusCode.OK);
        return report["lines"]!.AsArray().FirstOrDefault(l => (string)l!["type"]! == "trade") is { } line
            ? ((long)line["charges"]!, Customer.Digits(line["taken"]), Customer.Digits(line["returned"]), Customer.Digits(line["revenue"]))
            : (0, 0, 0, 0);
    }
}
