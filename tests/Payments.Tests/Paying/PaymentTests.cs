using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Platform.Security;
using Npgsql;

namespace Hazina.Payments.Tests.Paying;

public sealed class PaymentTests(PaymentsServer server)
{
    [Fact]
    public async Task A_payment_moves_the_money_takes_the_fee_and_is_told_to_both_sides_in_their_words()
    {
        var shop = await Shop.Open(server, 1000, Shop.Fee("payee", "0.02", "3"));
        var paid = await shop.Paid(
            500,
            new JsonObject
            {
                ["reference"] = "INV-7",
                ["metadata"] = new JsonObject { ["cart"] = "42" },
            }
        );

        Assert.Equal(("completed", "500.00"), ((string)paid["status"]!, (string)paid["captured"]!["amount"]!));
        // What the payee bears is not the payer's to see.
        Assert.Null(paid["fee"]);
        Assert.Equal("Duka Ltd", (string)paid["payee_name"]!);
        Assert.Equal((500m, 500m, 487m), await shop.Balances());

        var spent = Assert.Single(await shop.Asha.Activity(shop.Purse, "&type=payment"));
        Assert.Equal(("debit", "Duka Ltd", "INV-7"), ((string)spent["side"]!, (string)spent["counterparty"]!, (string)spent["reference"]!));
        var earned = (await shop.Owner.Activity(shop.Till))
            .Select(a => ((string)a["type"]!, (string)a["side"]!, Customer.Digits(a["amount"])))
            .ToList();
        Assert.Equal([("fee", "debit", 13m), ("payment", "credit", 500m)], earned.Order());
        var charge = Assert.Single((await shop.Owner.Get("/v1/fee-charges")).Is(HttpStatusCode.OK)["data"]!.AsArray())!;
        Assert.Equal(((string)paid["id"]!, "13.00"), ((string)charge["source_id"]!, (string)charge["amount"]!["amount"]!));

        // The payee sees the payment, and not the payer's own words to it.
        var seen = (await shop.Owner.Get($"/v1/payments/{paid["id"]}")).Is(HttpStatusCode.OK);
        Assert.Null(seen["metadata"]);
        Assert.Equal(("13.00", "payee"), ((string)seen["fee"]!["taken"]!["amount"]!, (string)seen["fee"]!["borne_by"]!));
        Assert.Equal("42", (string)(await shop.Asha.Get($"/v1/payments/{paid["id"]}")).Is(HttpStatusCode.OK)["metadata"]!["cart"]!);
        var listed = (await shop.Owner.Get($"/v1/payments?account={shop.Till}&reference=INV-7&status=completed")).Is(HttpStatusCode.OK);
        Assert.Equal((string)paid["id"]!, (string)Assert.Single(listed["data"]!.AsArray())!["id"]!);
        var moments = (await shop.Asha.Get($"/v1/payments/{paid["id"]}/timeline")).Is(HttpStatusCode.OK)["moments"]!.AsArray();
        Assert.Equal(["created", "completed"], moments.Select(m => (string)m!["what"]!));
    }

    [Fact]
    public async Task A_fee_on_top_is_the_payer_s_and_the_quoted_one_is_the_one_that_is_taken()
    {
        var shop = await Shop.Open(server, 1000, Shop.Fee("payer", "0.01"));
        (await shop.Pay(500, new JsonObject { ["expected_fee"] = Customer.Amount(4) })).IsProblem(
            409,
            "billing.fee_changed",
            "expected_fee"
        );
        Assert.Equal((1000m, 1000m, 0m), await shop.Balances());
        var asked = new JsonObject
        {
            ["payee"] = new JsonObject { ["account"] = shop.Till },
            ["amount"] = Customer.Amount(500),
        };
        var quote = (await shop.Asha.Post("/v1/payments/quote", asked)).Is(HttpStatusCode.OK);
        Assert.Equal(("5.00", "505.00"), ((string)quote["fee"]!["amount"]!, (string)quote["total"]!["amount"]!));
        await shop.Paid(500, new JsonObject { ["expected_fee"] = quote["fee"]!.DeepClone() });
        Assert.Equal((495m, 495m, 500m), await shop.Balances());
        // The fee counts to what is needed.
        (await shop.Pay(495)).IsProblem(402, "ledger.insufficient_funds");
    }

    [Fact]
    public async Task A_key_is_one_payment_for_ever()
    {
        var shop = await Shop.Open(server, 1000);
        var key = Guid.CreateVersion7().ToString();
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => shop.Pay(100, key: key)));
        var made = all.Where(r => r.Status == HttpStatusCode.Created).ToList();
        Assert.NotEmpty(made);
        Assert.All(all, r => Assert.True(r.Status is HttpStatusCode.Created or HttpStatusCode.Conflict, r.ToString()));
        var again = await shop.Pay(100, key: key);
        var id = (string)again.Is(HttpStatusCode.Created)["id"]!;
        Assert.All(made, r => Assert.Equal(id, (string)r.Is(HttpStatusCode.Created)["id"]!));
        Assert.Equal((900m, 900m, 100m), await shop.Balances());
        (await shop.Pay(101, key: key)).IsProblem(422, "platform.idempotency_key_reused");

        // It shows the payment as it is by now.
        (await shop.Refund(again.Is(HttpStatusCode.Created))).Is(HttpStatusCode.OK);
        Assert.Equal("refunded", (string)(await shop.Pay(100, key: key)).Is(HttpStatusCode.Created)["status"]!);
    }

    [Fact]
    public async Task A_payment_that_is_refused_is_kept_and_refused_again_under_its_key()
    {
        var shop = await Shop.Open(server, 100);
        var key = Guid.CreateVersion7().ToString();
        (await shop.Pay(500, key: key)).IsProblem(402, "ledger.insufficient_funds");
        await server.Fund(shop.Purse, 1000);
        (await shop.Pay(500, key: key)).IsProblem(402, "ledger.insufficient_funds");
        var failed = (await shop.Asha.Get($"/v1/payments?account={shop.Purse}&status=failed")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal("ledger.insufficient_funds", (string)Assert.Single(failed)!["failure_code"]!);
        // Whoever was not paid hears nothing of it.
        Assert.Empty((await shop.Owner.Get($"/v1/payments?account={shop.Till}")).Is(HttpStatusCode.OK)["data"]!.AsArray());
        Assert.Equal((1100m, 1100m, 0m), await shop.Balances());
    }

    [Fact]
    public async Task Why_the_payee_cannot_receive_is_told_once_and_again_in_the_same_words()
    {
        var shop = await Shop.Open(server);
        var because = new JsonObject { ["side"] = "both", ["reason"] = "as asked" };
        (await Customer.Send((await server.Clerk).Client, HttpMethod.Post, $"/v1/accounts/{shop.Till}/freeze", because)).Is(
            HttpStatusCode.OK
        );
        var key = Guid.CreateVersion7().ToString();
        (await shop.Pay(10, key: key)).IsProblem(422, "payments.cannot_receive");
        (await shop.Pay(10, key: key)).IsProblem(422, "payments.cannot_receive");
        var failed = (await shop.Asha.Get($"/v1/payments?account={shop.Purse}&status=failed")).Is(HttpStatusCode.OK)["data"]![0]!;
        Assert.Equal(("payments.cannot_receive", null), ((string)failed["failure_code"]!, (string?)failed["payee_name"]));
    }

    [Fact]
    public async Task Little_goes_to_somebody_new_by_payment_as_by_transfer()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var (purse, till) = (await asha.Account(100_000), await juma.Account());
        var limits = (await asha.Get($"/v1/accounts/{purse}/limits")).Is(HttpStatusCode.OK);
        var most = Customer.Digits(limits["new_recipients"]!["limit"]);
        JsonObject Body(decimal amount) =>
            new()
            {
                ["payer"] = purse,
                ["payee"] = new JsonObject { ["account"] = till },
                ["amount"] = Customer.Amount(amount),
            };
        (await asha.Post("/v1/payments", Body(most + 1))).IsProblem(422, "accounts.limit_exceeded", "amount");
        (await asha.Post("/v1/payments", Body(most))).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Somebody_else_s_payment_is_not_there_and_the_payer_takes_nothing_back()
    {
        var shop = await Shop.Open(server);
        var (juma, clerk) = (await server.Someone(), await server.Someone(Role.User, Role.Operations));
        var paid = await shop.Paid(100);
        foreach (var path in new[] { "", "/timeline" })
            (await juma.Get($"/v1/payments/{paid["id"]}{path}")).IsProblem(404, "payments.no_such_payment", "payment");
        (await juma.Post($"/v1/payments/{paid["id"]}/refunds")).IsProblem(404, "payments.no_such_payment", "payment");
        (await shop.Asha.Post($"/v1/payments/{paid["id"]}/refunds")).IsProblem(403, "payments.not_payee", "payment");
        (await juma.Get($"/v1/payments?account={shop.Purse}")).IsProblem(404, "accounts.no_such_account", "account");
        (await clerk.Get($"/v1/payments/{paid["id"]}")).Is(HttpStatusCode.OK);
        (await clerk.Post($"/v1/payments/{paid["id"]}/refunds")).IsProblem(403, "payments.not_payee", "payment");
        (await juma.Post("/v1/payments", shop.Body(1))).IsProblem(404, "accounts.no_such_account", "payer");
    }

    [Fact]
    public async Task Payments_side_by_side_never_pass_the_limit_of_the_day()
    {
        var shop = await Shop.Open(server, 1_000_000);
        (await shop.Asha.Patch($"/v1/accounts/{shop.Purse}/limits", new JsonObject { ["daily"] = Customer.Amount(1000) })).Is(
            HttpStatusCode.OK
        );
        var all = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => shop.Pay(90)));
        Assert.Equal(11, all.Count(r => r.Status == HttpStatusCode.Created));
        Assert.All(all.Where(r => r.Status != HttpStatusCode.Created), r => r.IsProblem(422, "accounts.limit_exceeded", "amount"));
    }

    [Theory]
    [InlineData("payer", "null", "/payer")]
    [InlineData("payee", "{}", "/payee")]
    [InlineData("payee", """{"number":"123"}""", "/payee/number")]
    [InlineData("amount", """{"amount":"0","currency":"KES"}""", "/amount/amount")]
    [InlineData("amount", """{"amount":"1.00001","currency":"KES"}""", "/amount/amount")]
    [InlineData("capture", "\"later\"", "/capture")]
    [InlineData("expires_at", "\"2999-01-01T00:00:00Z\"", "/expires_at")]
    [InlineData("expected_fee", """{"amount":"-1","currency":"KES"}""", "/expected_fee/amount")]
    [InlineData("reference", "\"\"", "/reference")]
    [InlineData("metadata", "[]", "/metadata")]
    [InlineData("metadata", """{"a":1e131071}""", "/metadata")]
    public async Task What_cannot_be_is_refused_by_name(string field, string value, string pointer)
    {
        var asha = await server.Someone();
        var body = new JsonObject
        {
            ["payer"] = Guid.CreateVersion7(),
            ["payee"] = new JsonObject { ["account"] = Guid.CreateVersion7() },
            ["amount"] = Customer.Amount(1),
        };
        body[field] = JsonNode.Parse(value);
        var reply = await asha.Post("/v1/payments", body);
        Assert.Contains(pointer, reply.Is(HttpStatusCode.BadRequest)["errors"]!.AsArray().Select(e => (string)e!["pointer"]!));
    }

    [Fact]
    public async Task Nobody_to_pay_oneself_and_other_currencies_are_told_apart()
    {
        var shop = await Shop.Open(server);
        var dollars = await shop.Owner.Account(currency: "USD", organization: shop.Duka);
        JsonObject To(Guid account) => new() { ["payee"] = new JsonObject { ["account"] = account } };
        (await shop.Pay(1, To(Guid.CreateVersion7()))).IsProblem(422, "payments.no_such_payee", "payee");
        (await shop.Pay(1, To(shop.Purse))).IsProblem(422, "payments.same_account", "payee");
        (await shop.Pay(1, To(dollars))).IsProblem(422, "ledger.currency_mismatch", "payee");
        var number = await shop.Owner.NumberOf(shop.Till);
        await shop.Paid(1, new JsonObject { ["payee"] = new JsonObject { ["number"] = number } });
    }

    [Fact]
    public async Task The_database_keeps_what_was_done()
    {
        var shop = await Shop.Open(server);
        var paid = await shop.Paid(100);
        await using var owner = await server.Owner();
        foreach (
            var sql in new[]
            {
                "delete from payments.payments",
                "update payments.payment_keys set key = 'x'",
                $"update payments.payments set captured = 101 where id = '{paid["id"]}'",
                $"update payments.payments set status = 'refunded' where id = '{paid["id"]}'",
            }
        )
            await Assert.ThrowsAsync<PostgresException>(() => owner.ExecuteAsync(sql));
        await using var requests = await (await server.App).Database.Requests("payments").OpenConnectionAsync();
        Assert.Empty(await requests.QueryAsync<Guid>("select id from payments.payments"));
        var open = await owner.QueryAsync<string>(
            """
            select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'payments' and c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)
            """
        );
        Assert.Empty(open);
    }
}
