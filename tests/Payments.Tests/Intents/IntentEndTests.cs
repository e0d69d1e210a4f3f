using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Intents;
using Hazina.Payments.Tests.Paying;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Tests.Intents;

/// <summary>Intents that come to nothing, or nearly: whose the money is then.</summary>
public sealed class IntentEndTests(PaymentsServer server)
{
    [Fact]
    public async Task A_cancelled_one_lets_wallets_go_and_leaves_what_came_over_rails_with_the_payer()
    {
        var shop = await Shop.Open(server, 1000);
        var meant = await shop.Meant(
            600,
            [Splits.Wallet(100), Splits.Rail("mpesa", 200), Splits.Rail("kcb", 300, PaymentsServer.Number("902"))]
        );
        await shop.Confirmed(meant);
        var part = await shop.Until(
            meant,
            i => Splits.Legs(i) == "wallet authorized, mpesa authorized, kcb failed",
            "one has refused and the others are held"
        );
        Assert.Equal(("requires_source", (300m, 300m)), ((string)part["status"]!, Splits.Sums(part)));
        await shop.Has(1200, 900, 0);
        await Splits.Agrees(shop.Asha, shop.Purse);
        var ended = (await shop.Asha.GiveUp(meant)).Is(HttpStatusCode.OK);
        Assert.Equal(
            ("canceled", "requested_by_customer", "wallet released, mpesa released, kcb failed"),
            ((string)ended["status"]!, (string)ended["cancellation_reason"]!, Splits.Legs(ended))
        );
        await shop.Has(1200, 1200, 0);
        Assert.Equal("canceled", (string)(await shop.Asha.GiveUp(meant)).Is(HttpStatusCode.OK)["status"]!);
        (await shop.Confirm(meant)).IsProblem(409, "payments.wrong_state", "intent");
        (await shop.Name(meant, [Splits.Wallet(600)])).IsProblem(409, "payments.wrong_state", "intent");
        await Splits.Agrees(shop.Asha, shop.Purse);
    }

    [Fact]
    public async Task Of_many_who_confirm_at_once_one_does_and_the_others_are_told_that_it_is_confirmed()
    {
        var shop = await Shop.Open(server, 1000);
        var meant = await shop.Meant(300, [Splits.Wallet(100), Splits.Rail("mpesa", 200)]);
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.Confirm(meant)));
        Assert.Single(replies, r => r.Status == HttpStatusCode.OK);
        foreach (var other in replies.Where(r => r.Status != HttpStatusCode.OK))
            other.IsProblem(409, "payments.wrong_state", "intent");
        await shop.Until(meant, "succeeded");
        await shop.Has(900, 900, 300);
    }

    [Fact]
    public async Task One_that_expires_lets_go_and_a_late_success_is_booked_for_the_payer()
    {
        var shop = await Shop.Open(server, 1000);
        var phone = PaymentsServer.Number();
        using var held = server.Rails.HoldUp(phone);
        var meant = await shop.Meant(500, [Splits.Wallet(100), Splits.Rail("mpesa", 400, phone)]);
        await shop.Confirmed(meant);
        await Eventually.TrueAsync(async () => (await server.CallOf((Guid)meant["id"]!)).Status == "prompted", "the payer is asked");
        await shop.Outlive(meant);
        (await shop.Name(meant, [Splits.Wallet(400)])).IsProblem(409, "payments.expired", "intent");
        await (await server.App).Services.GetRequiredService<ExpireIntentsJob>().Run(TestContext.Current.CancellationToken);
        var ended = (await shop.Asha.Get($"{Splits.Path}/{meant["id"]}")).Is(HttpStatusCode.OK);
        Assert.Equal(("canceled", "expired"), ((string)ended["status"]!, (string)ended["cancellation_reason"]!));
        held.Dispose();
        var late = await shop.Until(meant, i => i["sources"]![1]!["return_transaction"] is not null, "the money came and is given back");
        Assert.Equal(("canceled", "wallet released, mpesa released"), ((string)late["status"]!, Splits.Legs(late)));
        await shop.Has(1400, 1400, 0);
        await Splits.Agrees(shop.Asha, shop.Purse);
    }

    [Fact]
    public async Task What_comes_after_it_had_failed_counts_unless_another_source_has_its_place()
    {
        var shop = await Shop.Open(server, 1000);
        JsonObject[] Sources() => [Splits.Wallet(100), Splits.Rail("mpesa", 200, PaymentsServer.Number("920"))];
        var (kept, replaced) = (await shop.Meant(300, Sources()), await shop.Meant(300, Sources()));
        await shop.Confirmed(kept);
        await shop.Confirmed(replaced);
        await shop.Until(replaced, "requires_source");
        var done = await shop.Confirmed(replaced, [Splits.Wallet(200)]);
        Assert.Equal("succeeded", (string)done["status"]!);
        Assert.Equal("wallet captured, mpesa captured", Splits.Legs(await shop.Until(kept, "succeeded")));
        var back = await shop.Until(replaced, i => i["sources"]![1]!["return_transaction"] is not null, "the late money is given back");
        Assert.Equal("wallet captured, mpesa released, wallet captured", Splits.Legs(back));
        await shop.Has(800, 800, 600);
        await Splits.Agrees(shop.Asha, shop.Purse);
    }

    [Fact]
    public async Task Where_the_payee_takes_no_money_it_stays_the_payers()
    {
        var shop = await Shop.Open(server, 1000);
        var clerk = await server.Clerk;
        var phone = PaymentsServer.Number();
        using var held = server.Rails.HoldUp(phone);
        var meant = await shop.Meant(300, [Splits.Wallet(100), Splits.Rail("kcb", 200, phone)]);
        await shop.Confirmed(meant);
        var freeze = new JsonObject { ["side"] = "credit", ["reason"] = "as the court says" };
        (await Customer.Send(clerk.Client, HttpMethod.Post, $"/v1/accounts/{shop.Till}/freeze", freeze)).Is(HttpStatusCode.OK);
        held.Dispose();
        var back = await shop.Until(meant, "requires_source");
        Assert.Equal(
            ("wallet authorized, kcb released", "payments.cannot_receive", (100m, 200m)),
            (Splits.Legs(back), (string)back["failure"]!["code"]!, Splits.Sums(back))
        );
        await shop.Has(1200, 1100, 0);
        (await shop.Confirm(meant, [Splits.Wallet(200)])).IsProblem(422, "payments.cannot_receive", "intent");
        (await shop.Name(meant, [Splits.Wallet(300)], releaseHeld: true)).Is(HttpStatusCode.OK);
        (await shop.Confirm(meant)).IsProblem(422, "payments.cannot_receive", "intent");
        (await shop.Asha.GiveUp(meant)).Is(HttpStatusCode.OK);
        await shop.Has(1200, 1200, 0);
        await Splits.Agrees(shop.Asha, shop.Purse);
    }

    [Fact]
    public async Task Where_the_payers_account_is_frozen_money_that_comes_waits_in_suspense()
    {
        var shop = await Shop.Open(server, 1000);
        var clerk = await server.Clerk;
        var phone = PaymentsServer.Number();
        using var held = server.Rails.HoldUp(phone);
        var meant = await shop.Meant(300, [Splits.Wallet(100), Splits.Rail("mpesa", 200, phone)]);
        await shop.Confirmed(meant);
        var freeze = new JsonObject { ["side"] = "both", ["reason"] = "as the court says" };
        (await Customer.Send(clerk.Client, HttpMethod.Post, $"/v1/accounts/{shop.Purse}/freeze", freeze)).Is(HttpStatusCode.OK);
        held.Dispose();
        var back = await shop.Until(meant, "requires_source");
        Assert.True((bool)back["sources"]![1]!["is_suspended"]!);
        await shop.Has(1000, 900, 0);
        (await shop.Asha.GiveUp(meant)).Is(HttpStatusCode.OK);
        await shop.Has(1000, 1000, 0);
    }

    /// <summary>Whoever is first decides, and the others find it decided.</summary>
    [Fact]
    public async Task Confirming_cancelling_and_expiring_at_once_leaves_one_outcome_and_nothing_held()
    {
        var shop = await Shop.Open(server, 100_000);
        var job = (await server.App).Services.GetRequiredService<ExpireIntentsJob>();
        var intents = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i => shop.Meant(300, i % 2 == 0 ? [Splits.Wallet(300)] : [Splits.Wallet(100), Splits.Rail("mpesa", 200)]))
        );
        await Task.WhenAll(
            intents.SelectMany(
                (intent, i) =>
                    (Task[])
                        [
                            shop.Confirm(intent),
                            i % 4 == 0 ? shop.Confirm(intent) : shop.Asha.GiveUp(intent),
                            i % 3 == 0 ? ExpireNow(intent) : shop.Asha.GiveUp(intent),
                        ]
            )
        );
        await server.Rails.SettleAsync();
        var taken = 0m;
        foreach (var intent in intents)
        {
            var end = await shop.Until(intent, "succeeded", "canceled");
            taken += (string)end["status"]! == "succeeded" ? 300 : 0;
        }

        await Eventually.TrueAsync(async () => await OpenCalls(intents) == 0, "no rail is at it");
        var now = (Purse: 0m, Free: 0m, Till: 0m);
        await Eventually.TrueAsync(
            async () => (now = await shop.Balances()) == (now.Purse, now.Purse, taken),
            $"nothing is held, and {taken} are taken",
            () => $": {now}"
        );
        await Splits.Agrees(shop.Asha, shop.Purse);

        async Task ExpireNow(JsonNode intent)
        {
            await shop.Outlive(intent);
            await job.Run(TestContext.Current.CancellationToken);
        }
    }

    async Task<int> OpenCalls(IEnumerable<JsonNode> intents)
    {
        await using var owner = await server.Owner();
        return await owner.QuerySingleAsync<int>(
            """
            select count(*)::int from payments.provider_calls
             where purpose_id = any (@ids) and status not in ('succeeded', 'failed', 'cancelled')
            """,
            new { ids = intents.Select(i => (Guid)i["id"]!).ToArray() }
        );
    }
}
