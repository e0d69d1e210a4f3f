using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Simulator;

namespace Hazina.Payments.Tests.Reconciliation;

/// <summary>Money that goes from a rail to where it is safeguarded: trust money before and after.</summary>
[Collection(nameof(ReconciliationTests))]
public sealed class SettlementTests(ReconciliationServer server)
{
    [Fact]
    public async Task Two_people_say_that_money_went_to_the_bank_and_its_line_is_paired_with_that()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        await server.Topped(asha, await asha.Account(), "dtb", 400);
        var (before, receipt) = (await House(), ReconciliationServer.Receipt());
        var proof = await ReconciliationServer.Prove(clerk);
        var asked = (await Settle(clerk, "dtb", "to_safeguarded", 150, receipt)).Is(HttpStatusCode.Accepted);
        (await clerk.Post($"/v1/approvals/{asked["id"]}/approve")).Is(HttpStatusCode.Forbidden);
        await PaymentsServer.Approve(chief, asked, "done");
        var now = await House();
        Assert.Equal((before.InTransit - 150, before.Safe + 150, before.Losses), (now.InTransit, now.Safe, now.Losses));
        var after = await ReconciliationServer.Prove(clerk);
        Assert.Equal(Customer.Digits(proof["arithmetic"]!["difference"]), Customer.Digits(after["arithmetic"]!["difference"]));
        Assert.DoesNotContain("rails_in_transit", ReconciliationServer.Differs(after));

        var csv = ReconciliationServer.Bank((receipt, "", -150));
        var taken = (await ReconciliationServer.Upload(clerk, "dtb", csv)).Is(HttpStatusCode.Created);
        Assert.Equal((1, 0), ((int)taken["counts"]!["matched"]!, (int)taken["counts"]!["breaks"]!));
        // Once by its receipt, and no more than lies there.
        await PaymentsServer.Approve(
            chief,
            (await Settle(clerk, "dtb", "to_safeguarded", 150, receipt)).Is(HttpStatusCode.Accepted),
            "refused"
        );
        (await Settle(clerk, "dtb", "to_safeguarded", 100_000_000, ReconciliationServer.Receipt())).IsProblem(
            422,
            "payments.settles_too_much",
            "amount"
        );
        (await Settle(clerk, "visa", "to_safeguarded", 1, receipt)).IsProblem(400, "platform.invalid_request", "provider");
        var listed = (await clerk.Get("/v1/operations/rail-settlements?provider=dtb")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal(150m, Customer.Digits(Assert.Single(listed, s => (string)s!["receipt"]! == receipt)!["amount"]));
        Assert.Equal(now, await House());
    }

    [Fact]
    public async Task A_line_that_says_so_is_booked_as_that_and_is_no_loss()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        var from = DateTimeOffset.UtcNow.AddSeconds(-1);
        await server.Topped(asha, await asha.Account(), "mpesa", 500);
        var (to, back) = (server.Rails.Settle(Rail.Mpesa, -120), server.Rails.Settle(Rail.Mpesa, 50));
        (await ReconciliationServer.Upload(clerk, "mpesa", server.Rails.VendorStatement(Rail.Mpesa, from))).Is(HttpStatusCode.Created);
        var before = await House();
        var difference = Customer.Digits((await ReconciliationServer.Prove(clerk))["arithmetic"]!["difference"]);
        foreach (var (receipt, change) in new[] { (to.Receipt, -120m), (back.Receipt, 50m) })
        {
            var broken = (await ReconciliationServer.BreakOf(clerk, "mpesa", receipt))!;
            Assert.Equal(("settlement", change), ((string)broken["kind"]!, Customer.Digits(broken["change"])));
            await PaymentsServer.Approve(
                chief,
                (await ReconciliationServer.Resolve(clerk, broken, "settle")).Is(HttpStatusCode.Accepted),
                "done"
            );
            var settled = await ReconciliationServer.BreakOf(clerk, "mpesa", receipt, "resolved");
            Assert.Equal("booked", (string)settled!["resolution"]!);
        }

        var now = await House();
        Assert.Equal((before.InTransit - 70, before.Safe + 70, before.Losses), (now.InTransit, now.Safe, now.Losses));
        var proof = await ReconciliationServer.Prove(clerk);
        Assert.Equal(difference, Customer.Digits(proof["arithmetic"]!["difference"]));
        Assert.DoesNotContain("rails_in_transit", ReconciliationServer.Differs(proof));
    }

    [Fact]
    public async Task People_who_know_it_settle_a_line_that_does_not_say_so()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        await server.Topped(asha, await asha.Account(), "kcb", 300);
        var (receipt, before) = (ReconciliationServer.Receipt(), await House());
        (await ReconciliationServer.Upload(clerk, "kcb", ReconciliationServer.Bank((receipt, "", -80)))).Is(HttpStatusCode.Created);
        var broken = (await ReconciliationServer.BreakOf(clerk, "kcb", receipt))!;
        Assert.Equal("missing_here", (string)broken["kind"]!);
        await PaymentsServer.Approve(
            chief,
            (await ReconciliationServer.Resolve(clerk, broken, "settle")).Is(HttpStatusCode.Accepted),
            "done"
        );
        var now = await House();
        Assert.Equal((before.InTransit - 80, before.Safe + 80, before.Losses), (now.InTransit, now.Safe, now.Losses));
        Assert.Null(await ReconciliationServer.BreakOf(clerk, "kcb", receipt));
    }

    [Fact]
    public async Task What_only_looks_like_a_settlement_is_booked_as_what_it_is()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        await server.Topped(asha, await asha.Account(), "kcb", 300);
        var (receipt, before) = (ReconciliationServer.Receipt(), await House());
        var csv = ReconciliationServer
            .Bank((receipt, "", -60))
            .Replace("moved", "Settlement to the trust account of a supplier", StringComparison.Ordinal);
        (await ReconciliationServer.Upload(clerk, "kcb", csv)).Is(HttpStatusCode.Created);
        var broken = (await ReconciliationServer.BreakOf(clerk, "kcb", receipt))!;
        Assert.Equal("settlement", (string)broken["kind"]!);
        await ReconciliationServer.Book(clerk, chief, broken);
        var now = await House();
        Assert.Equal((before.InTransit - 60, before.Safe, before.Losses + 60), (now.InTransit, now.Safe, now.Losses));
    }

    [Fact]
    public async Task A_line_of_a_known_call_is_no_settlement()
    {
        var (asha, clerk) = (await server.Someone(), await Staff());
        var topped = await server.Topped(asha, await asha.Account(), "kcb", 210);
        var again = ReconciliationServer.Receipt();
        var csv = ReconciliationServer.Bank((topped.Receipt, topped.Reference, 210), (again, topped.Reference, 210));
        (await ReconciliationServer.Upload(clerk, "kcb", csv)).Is(HttpStatusCode.Created);
        var broken = (await ReconciliationServer.BreakOf(clerk, "kcb", again))!;
        Assert.NotNull(broken["call"]);
        (await ReconciliationServer.Resolve(clerk, broken, "settle")).IsProblem(422, "payments.break_not_bookable", "action");
        (await ReconciliationServer.Resolve(clerk, broken, "explained")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_two_settlements_at_once_no_more_goes_than_there_is()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        await server.Topped(asha, await asha.Account(), "dtb", 20_000);
        await using var owner = await server.Owner();
        var there = await owner.QuerySingleAsync<decimal>("select sum(change) from payments.rail_movements where provider = 'dtb'");
        var asked = new List<JsonNode>();
        for (var i = 0; i < 3; i++)
            asked.Add((await Settle(clerk, "dtb", "to_safeguarded", there, ReconciliationServer.Receipt())).Is(HttpStatusCode.Accepted));
        var ended = await Task.WhenAll(asked.Select(a => PaymentsServer.Decided(chief, a)));
        Assert.Equal(["done", "refused", "refused"], ended.Select(e => (string)e["status"]!).Order(StringComparer.Ordinal));
        await PaymentsServer.Approve(
            chief,
            (await Settle(clerk, "dtb", "from_safeguarded", there, ReconciliationServer.Receipt())).Is(HttpStatusCode.Accepted),
            "done"
        );
    }

    Task<Customer> Staff() => server.Someone("user", "operations");

    static Task<Reply> Settle(Customer clerk, string provider, string direction, decimal amount, string receipt) =>
        clerk.Post(
            "/v1/operations/rail-settlements",
            new JsonObject
            {
                ["provider"] = provider,
                ["direction"] = direction,
                ["amount"] = Customer.Amount(amount),
                ["receipt"] = receipt,
                ["note"] = "the bank's advice of this morning",
            }
        );

    async Task<(decimal InTransit, decimal Safe, decimal Losses)> House()
    {
        var totals = (await (await Staff()).Get("/v1/account-totals")).Is(HttpStatusCode.OK)["house"]!.AsArray();
        decimal Of(string name) =>
            totals.SingleOrDefault(h => (string)h!["name"]! == name && (string)h["currency"]! == "KES") is { } account
                ? Customer.Digits(account["balance"])
                : 0m;
        return (Of("rails_in_transit"), Of("safeguarded_funds"), Of("losses"));
    }
}
