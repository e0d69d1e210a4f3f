using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Tests.Paying;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Payments.Tests.Intents;

/// <summary>Intents that come to be paid: out of a wallet and over rails, all at once.</summary>
public sealed class IntentTests(PaymentsServer server)
{
    [Fact]
    public async Task A_wallet_and_M_Pesa_pay_together_and_the_payment_is_like_any_other()
    {
        var shop = await Shop.Open(server, 1000, Shop.Fee("payee", "0.01", isReturned: true));
        var phone = PaymentsServer.Number();
        var more = new JsonObject
        {
            ["reference"] = "ORDER-7",
            ["metadata"] = new JsonObject { ["mine"] = true },
        };
        var meant = await shop.Meant(1000, [Splits.Wallet(300), Splits.Rail("mpesa", 700, phone)], more);
        Assert.Equal(
            ("payment_intent", "requires_confirmation", "wallet pending, mpesa pending"),
            ((string)meant["object"]!, (string)meant["status"]!, Splits.Legs(meant))
        );
        Assert.Equal((1000m, 1000m, 0m), await shop.Balances());
        (await shop.Owner.Get($"{Splits.Path}/{meant["id"]}")).IsProblem(404, "payments.no_such_intent", "intent");

        var asked = await shop.Confirmed(meant);
        Assert.Equal(("requires_action", (300m, 0m)), ((string)asked["status"]!, Splits.Sums(asked)));
        var done = await shop.Until(meant, "succeeded");
        Assert.Equal(("wallet captured, mpesa captured", (1000m, 0m)), (Splits.Legs(done), Splits.Sums(done)));
        await shop.Has(700, 700, 990);
        Assert.Single(server.Rails.Book.Entries, e => e.Party == phone);
        await Splits.Agrees(shop.Asha, shop.Purse);
        await Splits.Agrees(shop.Owner, shop.Till);

        var seen = (await shop.Owner.Get($"{Splits.Path}/{meant["id"]}")).Is(HttpStatusCode.OK);
        Assert.Equal(("succeeded", 1000m), ((string)seen["status"]!, Customer.Digits(seen["funded"])));
        Assert.All(["payer", "sources", "total", "metadata", "failure"], field => Assert.Null(seen[field]));
        Assert.DoesNotContain(phone[^3..], seen["payer_name"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("10.00", (string)seen["fee"]!["amount"]!["amount"]!);

        var payment = (await shop.Owner.Get($"/v1/payments/{done["payment"]}")).Is(HttpStatusCode.OK);
        Assert.Equal(
            ("completed", "1000.00", "10.00", "ORDER-7"),
            (
                (string)payment["status"]!,
                (string)payment["captured"]!["amount"]!,
                (string)payment["fee"]!["taken"]!["amount"]!,
                (string)payment["reference"]!
            )
        );
        Assert.Contains(
            (await shop.Asha.Get($"/v1/payments?account={shop.Purse}&reference=ORDER-7")).Is(HttpStatusCode.OK)["data"]!.AsArray(),
            p => (string)p!["id"]! == (string)done["payment"]!
        );
        (await shop.Refund(payment, 400)).Is(HttpStatusCode.OK);
        await shop.Has(1100, 1100, 594);
    }

    [Fact]
    public async Task Three_rails_and_two_wallets_pay_in_odd_proportions_with_a_fee_on_top()
    {
        var shop = await Shop.Open(server, 1000, Shop.Fee("payer", "0.0123", "1.5"));
        var savings = await shop.Asha.Account(500, kind: "savings");
        var phones = Enumerable.Range(0, 3).Select(_ => PaymentsServer.Number()).ToList();
        var meant = await shop.Meant(1000.37m, more: new JsonObject { ["expected_fee"] = Customer.Amount(13.80m) });
        Assert.Equal(("requires_source", "1014.17"), ((string)meant["status"]!, (string)meant["total"]!["amount"]!));
        (await shop.Confirm(meant)).IsProblem(409, "payments.wrong_state", "intent");
        JsonObject[] sources =
        [
            Splits.Rail("mpesa", 311, phones[0]),
            Splits.Wallet(99.01m, savings),
            Splits.Rail("kcb", 97, phones[1]),
            Splits.Rail("dtb", 123.45m, phones[2]),
            Splits.Wallet(383.71m),
        ];
        var named = (await shop.Name(meant, sources)).Is(HttpStatusCode.OK);
        Assert.Equal("requires_confirmation", (string)named["status"]!);
        await shop.Confirmed(meant);
        var done = await shop.Until(meant, "succeeded");
        Assert.Equal("mpesa captured, wallet captured, kcb captured, dtb captured, wallet captured", Splits.Legs(done));
        await shop.Has(616.29m, 616.29m, 1000.37m);
        await PaymentsServer.Has(shop.Asha, savings, 400.99m);
        Assert.Equal(531.45m, server.Rails.Book.Entries.Where(e => phones.Contains(e.Party)).Sum(e => e.Change));
        await Splits.Agrees(shop.Asha, shop.Purse);
        await Splits.Agrees(shop.Asha, savings);
        var seen = (await shop.Owner.Get($"{Splits.Path}/{meant["id"]}")).Is(HttpStatusCode.OK);
        Assert.Equal(("1000.37", null), ((string)seen["funded"]!["amount"]!, seen["fee"]));
        await using var owner = await server.Owner();
        Assert.Equal(
            13.80m,
            await owner.QuerySingleAsync<decimal>(
                "select amount from billing.fee_charges where source_id = @id",
                new { id = (Guid)done["payment"]! }
            )
        );
    }

    [Fact]
    public async Task Wallets_alone_pay_at_once_and_within_their_limits()
    {
        var shop = await Shop.Open(server, 1000);
        var other = await shop.Asha.Account(300);
        (await shop.Asha.Patch($"/v1/accounts/{other}/limits", new JsonObject { ["daily"] = Customer.Amount(200) })).Is(HttpStatusCode.OK);
        var meant = await shop.Meant(500, [Splits.Wallet(250), Splits.Wallet(250, other)]);
        (await shop.Confirm(meant)).IsProblem(422, "accounts.limit_exceeded", "sources");
        (await shop.Confirm(meant, [Splits.Wallet(100, other), Splits.Wallet(400)])).Is(HttpStatusCode.OK);
        await shop.Has(600, 600, 500);
        var next = await shop.Meant(700, [Splits.Wallet(600), Splits.Wallet(100, other)]);
        Assert.Equal("succeeded", (string)(await shop.Confirmed(next))["status"]!);
        await shop.Has(0, 0, 1200);
        var last = await shop.Meant(150, [Splits.Wallet(150, other)]);
        (await shop.Confirm(last)).IsProblem(422, "accounts.limit_exceeded", "sources");
        var rail = PaymentsServer.Number();
        var poor = await shop.Meant(150, [Splits.Wallet(50), Splits.Rail("mpesa", 100, rail)]);
        (await shop.Confirm(poor)).IsProblem(402, "ledger.insufficient_funds", "sources");
        var kept = (await shop.Asha.Get($"{Splits.Path}/{poor["id"]}")).Is(HttpStatusCode.OK);
        Assert.Equal("requires_confirmation", (string)kept["status"]!);
        await using var owner = await server.Owner();
        Assert.Equal(
            0,
            await owner.QuerySingleAsync<int>(
                "select count(*)::int from payments.provider_calls where purpose_id = @id",
                new { id = (Guid)poor["id"]! }
            )
        );
        await Splits.Agrees(shop.Asha, other);
    }

    [Fact]
    public async Task A_source_that_refuses_is_replaced_while_the_others_stay_held()
    {
        var shop = await Shop.Open(server, 1000);
        var meant = await shop.Meant(300, [Splits.Wallet(100), Splits.Rail("mpesa", 200, PaymentsServer.Number("903"))]);
        await shop.Confirmed(meant);
        var failed = await shop.Until(meant, "requires_source");
        Assert.Equal(
            ("wallet authorized, mpesa failed", (100m, 200m), "payments.cancelled_by_payer"),
            (Splits.Legs(failed), Splits.Sums(failed), (string)failed["failure"]!["code"]!)
        );
        Assert.Equal((1000m, 900m, 0m), await shop.Balances());
        (await shop.Name(meant, [Splits.Wallet(201)])).IsProblem(422, "payments.sources_unfit", "sources");
        (await shop.Confirm(meant, [Splits.Rail("kcb", 150), Splits.Wallet(50)])).Is(HttpStatusCode.OK);
        var done = await shop.Until(meant, "succeeded");
        Assert.Equal("wallet captured, mpesa failed, kcb captured, wallet captured", Splits.Legs(done));
        Assert.Null(done["failure"]);
        await shop.Has(850, 850, 300);
        var moments = (await shop.Asha.Get($"{Splits.Path}/{meant["id"]}/timeline")).Is(HttpStatusCode.OK)["moments"]!.AsArray();
        Assert.Equal(
            ["created", "confirmed", "asked", "held", "failed", "asked", "held", "held", "succeeded"],
            moments.Select(m => (string)m!["what"]!)
        );
        var theirs = (await shop.Owner.Get($"{Splits.Path}/{meant["id"]}/timeline")).Is(HttpStatusCode.OK)["moments"]!.AsArray();
        Assert.Equal(["created", "confirmed", "succeeded"], theirs.Select(m => (string)m!["what"]!));
        await Splits.Agrees(shop.Asha, shop.Purse);
    }

    [Fact]
    public async Task What_is_held_can_be_let_go_for_other_sources()
    {
        var shop = await Shop.Open(server, 1000);
        var meant = await shop.Meant(300, [Splits.Wallet(100), Splits.Rail("dtb", 200, PaymentsServer.Number("901"))]);
        await shop.Confirmed(meant);
        await shop.Until(meant, "requires_source");
        var named = (await shop.Name(meant, [Splits.Rail("mpesa", 300)], releaseHeld: true)).Is(HttpStatusCode.OK);
        Assert.Equal(
            ("requires_confirmation", "wallet released, dtb failed, mpesa pending"),
            ((string)named["status"]!, Splits.Legs(named))
        );
        Assert.Equal((1000m, 1000m, 0m), await shop.Balances());
        await shop.Confirmed(meant);
        await shop.Until(meant, "succeeded");
        await shop.Has(1000, 1000, 300);
        await Splits.Agrees(shop.Asha, shop.Purse);
    }

    [Theory]
    [InlineData("mpesa", "908")]
    [InlineData("mpesa", "909")]
    [InlineData("mpesa", "911")]
    [InlineData("kcb", "914")]
    [InlineData("dtb", "909")]
    public async Task However_often_a_rail_tells_it_the_money_is_taken_once(string rail, string digits)
    {
        var shop = await Shop.Open(server, 100);
        var phone = PaymentsServer.Number(digits);
        var meant = await shop.Meant(250, [Splits.Rail(rail, 200, phone), Splits.Wallet(50)]);
        await shop.Confirmed(meant);
        await shop.Until(meant, "succeeded");
        await server.Rails.SettleAsync();
        await shop.Has(50, 50, 250);
        Assert.Single(server.Rails.Book.Entries, e => e.Party == phone);
    }

    [Fact]
    public async Task A_manual_one_waits_for_the_payee_and_is_not_the_payers_to_take_back()
    {
        var shop = await Shop.Open(server, 1000, Shop.Fee("payee", "0.01"));
        var manual = new JsonObject { ["capture"] = "manual" };
        var (one, other) = (
            await shop.Meant(500, [Splits.Wallet(100), Splits.Rail("mpesa", 400)], manual),
            await shop.Meant(300, [Splits.Wallet(300)], manual)
        );
        (await shop.Owner.Post($"{Splits.Path}/{one["id"]}/capture")).IsProblem(404, "payments.no_such_intent");
        await shop.Confirmed(one);
        Assert.Equal("requires_capture", (string)(await shop.Confirmed(other))["status"]!);
        var held = await shop.Until(one, "requires_capture");
        Assert.Equal(("wallet authorized, mpesa authorized", (500m, 0m)), (Splits.Legs(held), Splits.Sums(held)));
        await shop.Has(1400, 600, 0);
        await Splits.Agrees(shop.Asha, shop.Purse);
        (await shop.Asha.GiveUp(one)).IsProblem(403, "payments.not_payee", "intent");
        (await shop.Asha.Post($"{Splits.Path}/{one["id"]}/capture")).IsProblem(403, "payments.not_payee", "intent");
        (await shop.Owner.Post($"{Splits.Path}/{one["id"]}/confirm")).IsProblem(403, "payments.not_payer", "intent");
        var taken = (await shop.Owner.Post($"{Splits.Path}/{one["id"]}/capture")).Is(HttpStatusCode.OK);
        Assert.Equal("succeeded", (string)taken["status"]!);
        (await shop.Owner.Post($"{Splits.Path}/{one["id"]}/capture")).IsProblem(409, "payments.wrong_state", "intent");
        (await shop.Owner.GiveUp(one)).IsProblem(409, "payments.wrong_state", "intent");
        Assert.Equal("canceled", (string)(await shop.Owner.GiveUp(other)).Is(HttpStatusCode.OK)["status"]!);
        await shop.Has(900, 900, 495);
        await Splits.Agrees(shop.Asha, shop.Purse);
        await Splits.Agrees(shop.Owner, shop.Till);
    }

    [Fact]
    public async Task The_same_key_means_and_confirms_once()
    {
        var shop = await Shop.Open(server, 1000);
        var (mean, confirm) = (Guid.CreateVersion7().ToString(), Guid.CreateVersion7().ToString());
        JsonObject[] sources = [Splits.Wallet(40), Splits.Rail("mpesa", 60)];
        var first = (await shop.Mean(100, sources, key: mean)).Is(HttpStatusCode.Created);
        var again = await shop.Mean(100, sources, key: mean);
        Assert.True(again.IsReplayed);
        Assert.Equal((string)first["id"]!, (string)again.Is(HttpStatusCode.Created)["id"]!);
        (await shop.Mean(101, key: mean)).IsProblem(422, "platform.idempotency_key_reused");
        (await shop.Confirm(first, key: confirm)).Is(HttpStatusCode.OK);
        Assert.True((await shop.Confirm(first, key: confirm)).IsReplayed);
        await shop.Until(first, "succeeded");
        (await shop.Confirm(first)).IsProblem(409, "payments.wrong_state", "intent");
        await shop.Has(960, 960, 100);
        Assert.Single(
            (await shop.Asha.Get($"{Splits.Path}?account={shop.Purse}&status=succeeded")).Is(HttpStatusCode.OK)["data"]!.AsArray()
        );
        Assert.Single((await shop.Owner.Get($"{Splits.Path}?account={shop.Till}")).Is(HttpStatusCode.OK)["data"]!.AsArray());
        Assert.Empty((await shop.Asha.Get($"{Splits.Path}?account={shop.Purse}&status=canceled")).Is(HttpStatusCode.OK)["data"]!.AsArray());
    }

    [Fact]
    public async Task What_cannot_be_is_refused_by_name_and_other_peoples_is_not_there()
    {
        var shop = await Shop.Open(server, 1000);
        var juma = await server.Someone();
        var (theirs, dollars) = (await juma.Account(100), await shop.Asha.Account(currency: "USD"));
        (await shop.Mean(100, [Splits.Wallet(99)])).IsProblem(422, "payments.sources_unfit", "sources");
        (await shop.Mean(100, [Splits.Wallet(60), Splits.Wallet(40)])).IsProblem(422, "payments.sources_unfit", "sources.1.account");
        (await shop.Mean(100, [Splits.Wallet(100, theirs)])).IsProblem(404, "accounts.no_such_account", "sources.0.account");
        (await shop.Mean(100, [Splits.Wallet(100, dollars)])).IsProblem(422, "ledger.currency_mismatch", "sources.0.account");
        (await shop.Mean(100.5m, [Splits.Rail("mpesa", 100.5m)])).IsProblem(400, "platform.invalid_request", "sources.0.amount.amount");
        (await shop.Mean(300_000, [Splits.Rail("mpesa", 300_000)])).IsProblem(422, "payments.rail_limit", "sources.0.amount");
        (await shop.Mean(100, [Splits.Rail("visa", 100)])).IsProblem(400, "platform.invalid_request", "sources.0.type");
        (await shop.Mean(100, [Splits.Rail("mpesa", 100, "123")])).IsProblem(400, "platform.invalid_request", "sources.0.phone");
        (await shop.Mean(100, more: new JsonObject { ["expected_fee"] = Customer.Amount(1) })).IsProblem(
            409,
            "billing.fee_changed",
            "expected_fee"
        );
        (await shop.Mean(100, more: new JsonObject { ["payee"] = new JsonObject { ["account"] = shop.Purse } })).IsProblem(
            422,
            "payments.same_account",
            "payee"
        );
        var meant = await shop.Meant(100, [Splits.Wallet(100)]);
        (await juma.Get($"{Splits.Path}/{meant["id"]}")).IsProblem(404, "payments.no_such_intent", "intent");
        (await juma.Get($"{Splits.Path}?account={shop.Purse}")).IsProblem(404, "accounts.no_such_account", "account");
        foreach (var verb in new[] { "confirm", "cancel", "capture" })
            (await juma.Post($"{Splits.Path}/{meant["id"]}/{verb}")).IsProblem(404, "payments.no_such_intent", "intent");
        (await juma.Post($"{Splits.Path}/{meant["id"]}/cancel", new JsonObject { ["reason"] = "expired" })).IsProblem(
            400,
            "platform.invalid_request",
            "reason"
        );
        await using var owner = await server.Owner();
        foreach (
            var sql in new[]
            {
                "delete from payments.intents",
                "truncate payments.intent_legs",
                $"update payments.intents set funded = 101 where id = '{meant["id"]}'",
                $"update payments.intents set status = 'succeeded' where id = '{meant["id"]}'",
                $"update payments.intent_legs set status = 'authorized' where intent_id = '{meant["id"]}'",
            }
        )
            await Assert.ThrowsAsync<PostgresException>(() => owner.ExecuteAsync(sql));
    }

    [Fact]
    public async Task A_person_takes_their_intents_along_and_leaves_no_phone_and_no_name_behind()
    {
        var shop = await Shop.Open(server, 1000);
        var meant = await shop.Meant(
            100,
            [Splits.Wallet(40), Splits.Rail("mpesa", 60)],
            new JsonObject { ["metadata"] = new JsonObject { ["mine"] = "Birthday" } }
        );
        await shop.Confirmed(meant);
        await shop.Until(meant, "succeeded");
        var exported = (await shop.Asha.Get("/v1/me/export")).Is(HttpStatusCode.OK)["payments"]!["payment_intents"]![0]!;
        Assert.Equal(("payer", "Birthday"), ((string)exported["side"]!, (string)exported["metadata"]!["mine"]!));
        Assert.Equal(2, exported["sources"]!.AsArray().Count);
        var held = (await server.App).Services.GetRequiredService<HeldData>();
        await held.Erase(shop.Asha.Id, TestContext.Current.CancellationToken);
        var after = (await held.Export(shop.Asha.Id, TestContext.Current.CancellationToken)).ToJsonString();
        Assert.DoesNotContain("Birthday", after, StringComparison.Ordinal);
        Assert.DoesNotContain("2547", after, StringComparison.Ordinal);
        Assert.Null((await shop.Owner.Get($"{Splits.Path}/{meant["id"]}")).Is(HttpStatusCode.OK)["payer_name"]);
        Assert.Equal("Hazina customer", (string)(await shop.Owner.Activity(shop.Till))[0]["counterparty"]!);
    }
}
