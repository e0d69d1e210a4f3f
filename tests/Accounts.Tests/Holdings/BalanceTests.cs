using System.Net;
using System.Text.Json.Nodes;
using Hazina.Accounts.Activities;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Accounts.Tests.Holdings;

public sealed class BalanceTests(AccountsServer server)
{
    [Fact]
    public async Task A_balance_is_told_as_it_is_and_as_it_was()
    {
        var asha = await server.Someone();
        var purse = await asha.Account(100);
        var then = (string)(await asha.Get($"/v1/accounts/{purse}/balance")).Is(HttpStatusCode.OK)["as_of"]!;
        await server.Fund(purse, 50);
        Assert.Equal(150m, Posted(await asha.Get($"/v1/accounts/{purse}/balance")));
        Assert.Equal(100m, Posted(await asha.Get($"/v1/accounts/{purse}/balance?at={then}")));
        (await asha.Get($"/v1/accounts/{purse}/balance?at=2020-01-01T00:00:00Z")).IsProblem(404, "accounts.not_open_yet", "at");
        (await asha.Get($"/v1/accounts/{purse}/balance?at=2999-01-01T00:00:00Z")).IsProblem(400, "platform.invalid_request", "at");
    }

    [Fact]
    public async Task What_explains_a_balance_adds_up_to_it()
    {
        var asha = await server.Someone();
        var (purse, other) = (await asha.Account(100), await asha.Account());
        for (var i = 1; i <= 5; i++)
            (await asha.Transfer(purse, "account", other, i)).Is(HttpStatusCode.Created);
        foreach (var limit in new[] { 1, 3, 100 })
        {
            var told = (await asha.Get($"/v1/accounts/{purse}/balance/explanation?limit={limit}")).Is(HttpStatusCode.OK);
            var entries = told["entries"]!.AsArray();
            Assert.Equal(Math.Min(limit, 6), entries.Count);
            Assert.Equal(limit < 6, (bool)told["has_more"]!);
            var sum = entries.Sum(e => (string)e!["side"]! == "credit" ? Customer.Digits(e["amount"]) : -Customer.Digits(e["amount"]));
            Assert.Equal(85m, Customer.Digits(told["balance"]!["posted"]));
            Assert.Equal(85m, Customer.Digits(told["starting_balance"]) + sum);
            Assert.Equal(85m, Customer.Digits(entries[0]!["balance_after"]));
        }

        var before = (string)(await asha.Activity(purse))[2]["occurred_at"]!;
        Assert.Equal(94m, Posted(await asha.Get($"/v1/accounts/{purse}/balance/explanation?at={before}")));
    }

    [Fact]
    public async Task All_that_a_holder_has_is_told_by_currency_with_what_is_held_back_and_for_what()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var (purse, till) = (await asha.Account(100), await asha.Account(50));
        await asha.Account(7, "USD");
        var shop = await asha.Organization();
        await asha.Account(900, organization: shop);
        var app = await server.App;
        var (journal, accounts) = (app.Services.GetRequiredService<Journal>(), app.Services.GetRequiredService<CustomerAccounts>());
        await Hold(purse, ActivityType.Escrow, 30);
        await Hold(till, ActivityType.Payment, 5);
        await Hold(till, ActivityType.Payment, 6);
        await Hold(till, null, 4);

        var told = (await asha.Get("/v1/balances")).Is(HttpStatusCode.OK);
        Assert.Equal(("balances", asha.Id), ((string)told["object"]!, (Guid)told["holder"]!["id"]!));
        var (shillings, dollars) = (told["data"]![0]!, told["data"]![1]!);
        Assert.Equal(("KES", 2, "USD"), ((string)shillings["currency"]!, (int)shillings["accounts"]!, (string)dollars["currency"]!));
        var balance = shillings["balance"]!;
        Assert.Equal(
            (150m, 45m, 105m),
            (Customer.Digits(balance["posted"]), Customer.Digits(balance["reserved"]), Customer.Digits(balance["available"]))
        );
        Assert.Equal(
            [("escrow", 30m, 1), ("payment", 11m, 2), (null, 4m, 0)],
            shillings["held_for"]!.AsArray().Select(h => ((string?)h!["type"], Customer.Digits(h["amount"]), (int)h["count"]!))
        );
        Assert.Empty(dollars["held_for"]!.AsArray());

        var its = (await asha.Get($"/v1/balances?organization={shop}")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal(900m, Customer.Digits(Assert.Single(its)!["balance"]!["posted"]));
        (await juma.Get($"/v1/balances?organization={shop}")).IsProblem(422, "accounts.no_such_holder", "organization");
        Assert.Empty((await juma.Get("/v1/balances")).Is(HttpStatusCode.OK)["data"]!.AsArray());

        async Task Hold(Guid account, ActivityType? type, decimal digits)
        {
            var (id, amount) = (Guid.CreateVersion7(), new Amount(digits, Currency.Of("KES")));
            var entry = type is { } its
                ? new ActivityEntry((await accounts.Find("live", account))!, its, ActivitySide.Debit, amount, "A phone", "test", id)
                {
                    Status = ActivityStatus.Pending,
                }
                : null;
            var posting = new Posting
            {
                Id = id,
                Book = "live",
                Kind = "test",
                Steps = [new Reserve(id, account, amount, ExpiresAt: null)],
                WhenPosted = entry is null ? [] : [CustomerAccounts.Activity(id, entry)],
            };
            Assert.True((await journal.Post(posting)).IsPosted);
        }
    }

    [Fact]
    public async Task Staff_sees_the_trial_balance_by_product()
    {
        var (asha, clerk) = (await server.Someone(), await server.Someone(Role.User, Role.Admin));
        await asha.Account(33, "USD", "savings");
        var told = (await clerk.Get("/v1/account-totals")).Is(HttpStatusCode.OK);
        var customers = told["customers"]!.AsArray();
        Assert.Contains(
            customers,
            c => (string)c!["kind"]! == "savings" && (string)c["currency"]! == "USD" && Customer.Digits(c["held"]) >= 33
        );
        var house = told["house"]!.AsArray();
        // Nothing but deposits against safeguarded funds is booked in dollars here.
        Assert.Equal(
            customers.Where(c => (string)c!["currency"]! == "USD").Sum(c => Customer.Digits(c!["held"]) - Customer.Digits(c["owed"])),
            house.Where(h => (string)h!["currency"]! == "USD").Sum(h => Customer.Digits(h!["balance"]))
        );
        (await asha.Get("/v1/account-totals")).IsProblem(403, "platform.permission_missing");
    }

    [Fact]
    public async Task A_credit_line_is_asked_for_by_one_and_approved_by_another()
    {
        var (asha, clerk, chief) = (
            await server.Someone(),
            await server.Someone(Role.User, Role.Operations),
            await server.Someone(Role.User, Role.Compliance)
        );
        var (card, purse) = (await asha.Account(kind: "credit"), await asha.Account());
        var wish = new JsonObject { ["credit_line"] = Customer.Amount(500), ["note"] = "pays in time" };
        (await clerk.Put($"/v1/accounts/{purse}/credit-line", wish.DeepClone())).IsProblem(422, "accounts.not_credit");
        (await asha.Put($"/v1/accounts/{card}/credit-line", wish.DeepClone())).IsProblem(403, "platform.permission_missing");
        (await asha.Transfer(card, "account", purse, 1)).IsProblem(402, "ledger.insufficient_funds");
        var asked = (await clerk.Put($"/v1/accounts/{card}/credit-line", wish.DeepClone())).Is(HttpStatusCode.Accepted);
        (await clerk.Post($"/v1/approvals/{asked["id"]}/approve")).IsProblem(403, "platform.own_approval");
        Assert.Equal("done", (string)(await chief.Post($"/v1/approvals/{asked["id"]}/approve")).Is(HttpStatusCode.OK)["status"]!);
        var seen = (await asha.Get($"/v1/accounts/{card}")).Json;
        Assert.Equal((500m, 500m), (Customer.Digits(seen["credit_line"]), Customer.Digits(seen["balance"]!["available"])));
        (await asha.Transfer(card, "account", purse, 400)).Is(HttpStatusCode.Created);
        (await asha.Transfer(card, "account", purse, 101)).IsProblem(402, "ledger.insufficient_funds");
        seen = (await asha.Get($"/v1/accounts/{card}")).Json;
        Assert.Equal((-400m, 100m), (Customer.Digits(seen["balance"]!["posted"]), Customer.Digits(seen["balance"]!["available"])));
        (await asha.Post($"/v1/accounts/{card}/close", new JsonObject { ["sweep_to"] = purse })).IsProblem(422, "accounts.not_empty");
    }

    static decimal Posted(Reply reply) => Customer.Digits(reply.Is(HttpStatusCode.OK)["balance"]!["posted"]);
}
