using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Paying;
using Hazina.Payments.Tests.Intents;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Tests.Paying;

/// <summary>Payments that are held back first: captured in parts, cancelled, expired, given back.</summary>
public sealed class HeldPaymentTests(PaymentsServer server)
{
    [Fact]
    public async Task What_is_held_back_is_captured_in_parts_and_the_last_one_lets_the_rest_go()
    {
        var shop = await Shop.Open(server, 1000, Shop.Fee("payee", "0.01"));
        var held = await shop.Held(600);
        Assert.Equal(("authorized", "600.00"), ((string)held["status"]!, (string)held["capturable"]!["amount"]!));
        Assert.Equal((1000m, 400m, 0m), await shop.Balances());
        Assert.Equal("pending", (string)Assert.Single(await shop.Asha.Activity(shop.Purse, "&status=pending"))["status"]!);

        (await shop.Capture(held, 601)).IsProblem(422, "payments.too_much", "amount");
        (await shop.Capture(held, 250)).Is(HttpStatusCode.OK);
        Assert.Equal((750m, 400m, 247.5m), await shop.Balances());
        Assert.Equal(350m, Customer.Digits(Assert.Single(await shop.Asha.Activity(shop.Purse, "&status=pending"))["amount"]));
        var done = (await shop.Capture(held, 250, isLast: true)).Is(HttpStatusCode.OK);
        Assert.Equal(
            ("completed", "500.00", "5.00"),
            ((string)done["status"]!, (string)done["captured"]!["amount"]!, (string)done["fee"]!["taken"]!["amount"]!)
        );
        Assert.Equal((500m, 500m, 495m), await shop.Balances());
        Assert.Empty(await shop.Asha.Activity(shop.Purse, "&status=pending"));
        (await shop.Capture(held, 1)).IsProblem(409, "payments.wrong_state", "payment");
        var moments = (await shop.Owner.Get($"/v1/payments/{held["id"]}/timeline")).Is(HttpStatusCode.OK)["moments"]!.AsArray();
        Assert.Equal(["created", "authorized", "captured", "captured", "completed"], moments.Select(m => (string)m!["what"]!));
    }

    [Fact]
    public async Task A_fee_on_top_is_held_back_with_the_amount_and_what_is_not_needed_of_it_goes_back()
    {
        var shop = await Shop.Open(server, 1000, Shop.Fee("payer", "0.01", "10"));
        var held = await shop.Held(900);
        Assert.Equal((1000m, 81m, 0m), await shop.Balances());
        (await shop.Capture(held, 100)).Is(HttpStatusCode.OK);
        Assert.Equal((889m, 81m, 100m), await shop.Balances());
        (await shop.Capture(held, 100, isLast: true)).Is(HttpStatusCode.OK);
        Assert.Equal((788m, 788m, 200m), await shop.Balances());
    }

    [Fact]
    public async Task A_cancelled_one_lets_go_and_one_that_was_captured_in_part_is_completed_with_that()
    {
        var shop = await Shop.Open(server, 1000);
        var (one, other) = (await shop.Held(300), await shop.Held(300));
        (await shop.Asha.Post($"/v1/payments/{one["id"]}/cancel")).IsProblem(403, "payments.not_payee", "payment");
        Assert.Equal("cancelled", (string)(await shop.Cancel(one)).Is(HttpStatusCode.OK)["status"]!);
        Assert.Equal("cancelled", (string)(await shop.Cancel(one)).Is(HttpStatusCode.OK)["status"]!);
        (await shop.Capture(other, 100)).Is(HttpStatusCode.OK);
        Assert.Equal("completed", (string)(await shop.Cancel(other)).Is(HttpStatusCode.OK)["status"]!);
        Assert.Equal((900m, 900m, 100m), await shop.Balances());
        (await shop.Cancel(other)).IsProblem(409, "payments.wrong_state", "payment");
        Assert.Equal("cancelled", (string)(await shop.Asha.Activity(shop.Purse, "&status=cancelled"))[0]["status"]!);
    }

    [Fact]
    public async Task One_that_nobody_captures_in_time_expires_and_says_so()
    {
        var shop = await Shop.Open(server, 1000);
        JsonNode none,
            part;
        // How long this machine takes for two payments and a capture nobody knows: some time is long enough.
        for (var seconds = 2; ; seconds *= 2)
        {
            Assert.True(seconds < 60, "Half a minute is too short for two payments and a capture.");
            var (first, second) = (await shop.Pay(100, Soon(seconds)), await shop.Pay(100, Soon(seconds)));
            if (first.Status != HttpStatusCode.Created || second.Status != HttpStatusCode.Created)
                continue;
            (none, part) = (first.Json, second.Json);
            if ((await shop.Capture(part, 50)).Status == HttpStatusCode.OK)
                break;
        }

        var job = (await server.App).Services.GetRequiredService<ExpiredPayments>();
        await Eventually.TrueAsync(
            async () =>
            {
                await job.End(TestContext.Current.CancellationToken);
                return await Status(part) == "completed" && await Status(none) == "expired";
            },
            "the payments' time is over"
        );
        (await shop.Capture(none)).IsProblem(409, "payments.wrong_state", "payment");
        await shop.Has(950m, 950m, 50m);

        async Task<string> Status(JsonNode payment) =>
            (string)(await shop.Asha.Get($"/v1/payments/{payment["id"]}")).Is(HttpStatusCode.OK)["status"]!;
    }

    /// <summary>Held back, and not for long.</summary>
    static JsonObject Soon(int seconds) =>
        new()
        {
            ["capture"] = "manual",
            ["expires_at"] = DateTimeOffset
                .UtcNow.AddSeconds(seconds + 1)
                .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        };

    [Fact]
    public async Task Refunds_come_in_parts_never_to_more_than_was_paid_and_bring_the_fee_back_where_it_says_so()
    {
        var shop = await Shop.Open(server, 1000, Shop.Fee("payee", "0.03", isReturned: true));
        var paid = await shop.Paid(1000);
        Assert.Equal((0m, 0m, 970m), await shop.Balances());
        (await shop.Refund(paid, 1001)).IsProblem(422, "payments.too_much", "amount");
        var part = (await shop.Refund(paid, 333.33m, "one of three broke")).Is(HttpStatusCode.OK);
        Assert.Equal(("partially_refunded", "9.99"), ((string)part["status"]!, (string)part["fee"]!["returned"]!["amount"]!));
        Assert.Equal((333.33m, 333.33m, 646.66m), await shop.Balances());
        (await shop.Refund(paid, 666.68m)).IsProblem(422, "payments.too_much", "amount");
        var all = (await shop.Refund(paid)).Is(HttpStatusCode.OK);
        Assert.Equal(("refunded", "30.00"), ((string)all["status"]!, (string)all["fee"]!["returned"]!["amount"]!));
        Assert.Equal((1000m, 1000m, 0m), await shop.Balances());
        (await shop.Refund(paid, 1)).IsProblem(409, "payments.wrong_state", "payment");
        Assert.Contains(await shop.Asha.Activity(shop.Purse, "&type=refund"), a => (string)a["description"]! == "one of three broke");
    }

    [Fact]
    public async Task A_refund_that_the_payee_has_no_money_for_changes_nothing()
    {
        var shop = await Shop.Open(server, 1000);
        var paid = await shop.Paid(1000);
        (await shop.Owner.Transfer(shop.Till, "account", await shop.Owner.Account(organization: shop.Duka), 500)).Is(
            HttpStatusCode.Created
        );
        (await shop.Refund(paid)).IsProblem(402, "ledger.insufficient_funds");
        Assert.Equal("completed", (string)(await shop.Asha.Get($"/v1/payments/{paid["id"]}")).Is(HttpStatusCode.OK)["status"]!);
        (await shop.Refund(paid, 500)).Is(HttpStatusCode.OK);
    }

    /// <summary>A thousand at once on one payment; then as many refunds as do not fit.</summary>
    [Fact]
    public async Task Captures_and_refunds_side_by_side_never_take_or_give_more_than_there_is()
    {
        const decimal some = 5,
            other = 7;
        var shop = await Shop.Open(server, 1000);
        var held = await shop.Held(500);
        var all = await Task.WhenAll(
            Enumerable
                .Range(0, 1000)
                .Select(async i => (IsCapture: i % 2 == 0, Reply: await (i % 2 == 0 ? shop.Capture(held, some) : shop.Refund(held, some))))
        );
        Assert.All(
            all,
            r =>
                Assert.True(
                    r.Reply.Status is HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity or HttpStatusCode.Conflict,
                    r.Reply.ToString()
                )
        );
        // Nothing is given back before all of it was captured: 100 fives are 500.
        var back = some * all.Count(r => !r.IsCapture && r.Reply.Status == HttpStatusCode.OK);
        Assert.Equal(100, all.Count(r => r.IsCapture && r.Reply.Status == HttpStatusCode.OK));
        Assert.Equal((500m, back), await Sums(shop, held));
        Assert.Equal((500m + back, 500m + back, 500m - back), await shop.Balances());

        var more = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => shop.Refund(held, other)));
        var fit = decimal.Truncate((500 - back) / other);
        Assert.Equal(fit, more.Count(r => r.Status == HttpStatusCode.OK));
        back += fit * other;
        Assert.Equal((500m, back), await Sums(shop, held));
        Assert.Equal((500m + back, 500m + back, 500m - back), await shop.Balances());
        await using var owner = await server.Owner();
        Assert.Equal(100, await owner.QuerySingleAsync<long>(CapturesSql, new { id = (Guid)held["id"]! }));
        await EntriesAreTheLegs(shop, seed: 0);
    }

    static async Task<(decimal Captured, decimal Refunded)> Sums(Shop shop, JsonNode payment)
    {
        var now = await Get(shop, payment);
        return (Customer.Digits(now["captured"]), Customer.Digits(now["refunded"]));
    }

    [Fact]
    public async Task Whatever_is_done_in_whatever_order_the_books_are_those_of_a_naive_model()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var (isOnTop, isReturned) = (random.Next(2) == 0, random.Next(2) == 0);
        var shop = await Shop.Open(server, 100_000, Shop.Fee(isOnTop ? "payer" : "payee", "0.0123", "1.5", isReturned));
        var model = new PaymentModel(100_000, isOnTop, isReturned);
        var payments = new List<(JsonNode Payment, PaymentModel.Entry Entry)>();
        for (var step = 0; step < 60; step++)
        {
            var amount = random.Next(1, 300_000) / 100m;
            if (payments.Count == 0 || random.Next(3) == 0)
            {
                var isManual = random.Next(3) > 0;
                var reply = await shop.Pay(amount, isManual ? new JsonObject { ["capture"] = "manual" } : null);
                if (reply.Status != HttpStatusCode.Created)
                    continue;
                payments.Add((reply.Json, model.Add(reply.Json, isManual)));
            }
            else
            {
                var (payment, entry) = payments[random.Next(payments.Count)];
                var act = random.Next(4);
                var isLast = random.Next(4) == 0;
                var reply = await (
                    act switch
                    {
                        0 => shop.Capture(payment, amount, isLast),
                        1 => shop.Refund(payment, amount),
                        2 => shop.Capture(payment),
                        _ => shop.Cancel(payment),
                    }
                );
                model.Done(entry, act, amount, isLast, reply, await Get(shop, payment));
            }

            Assert.True(model.Balances == await shop.Balances(), $"seed {seed}, step {step}: {model.Balances}");
        }

        foreach (var (payment, entry) in payments)
            Assert.True(entry.Is(await Get(shop, payment)), $"seed {seed}: {entry}");
        await EntriesAreTheLegs(shop, seed);
    }

    /// <summary>What each side reads comes to what it has.</summary>
    async Task EntriesAreTheLegs(Shop shop, int seed)
    {
        await using var owner = await server.Owner();
        var (purse, _, till) = await shop.Balances();
        foreach (var (account, balance) in new[] { (shop.Purse, purse), (shop.Till, till) })
        {
            var sum = await owner.QuerySingleAsync<decimal>(SumSql, new { account });
            Assert.True(sum == balance, $"seed {seed}: {sum} and {balance}");
        }
    }

    /// <summary>As staff sees it, whoever bears the fee.</summary>
    static async Task<JsonNode> Get(Shop shop, JsonNode payment) =>
        (await Customer.Send((await shop.Server.Clerk).Client, HttpMethod.Get, $"/v1/payments/{payment["id"]}", null)).Is(
            HttpStatusCode.OK
        );

    const string CapturesSql = "select count(*) from payments.captures where payment_id = @id";

    const string SumSql = """
        select sum(case when side = 'credit' then amount else -amount end) from accounts.activity where account_id = @account and status = 'completed'
        """;
}
