using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Hazina.Platform.Security;

namespace Hazina.Payments.Tests.Funding;

public sealed class RailFeeTests(PaymentsServer server)
{
    [Fact]
    public async Task A_top_up_costs_what_was_quoted_out_of_what_comes_and_never_more()
    {
        var asha = await server.Someone();
        var purse = await asha.Account();
        await Charge(asha, "funding", "payee", "mpesa", "10", "0.01");
        var quote = (await Quote(asha, purse, "mpesa", 1000)).Is(HttpStatusCode.OK);
        Assert.Equal((20m, 980m), (Customer.Digits(quote["fee"]), Customer.Digits(quote["credited"])));
        Assert.Equal(0m, Customer.Digits((await Quote(asha, purse, "dtb", 1000)).Is(HttpStatusCode.OK)["fee"]));
        Assert.Equal(5m, Customer.Digits((await Quote(asha, purse, "mpesa", 5)).Is(HttpStatusCode.OK)["fee"]));
        (await TopUp(asha, purse, 1000, expected: 19)).IsProblem(409, "billing.fee_changed", "expected_fee");
        (await TopUp(asha, purse, 1000, expected: -1)).IsProblem(400, "platform.invalid_request", "expected_fee.amount");

        var made = (await TopUp(asha, purse, 1000, expected: 20)).Is(HttpStatusCode.Created);
        Assert.Equal(20m, Customer.Digits(made["fee"]));
        await PaymentsServer.Until(asha, $"/v1/funding-sessions/{made["id"]}", "completed");
        await PaymentsServer.Has(asha, purse, 980m);
        Assert.Equal(
            [("fee", 20m), ("deposit", 1000m)],
            (await asha.Activity(purse)).Select(a => ((string)a["type"]!, Customer.Digits(a["amount"])))
        );
        var small = (await TopUp(asha, purse, 5)).Is(HttpStatusCode.Created);
        await PaymentsServer.Until(asha, $"/v1/funding-sessions/{small["id"]}", "completed");
        await PaymentsServer.Has(asha, purse, 980m);
        Assert.Equal([5m, 20m], await Charges(asha, "funding"));
    }

    [Fact]
    public async Task A_holder_out_of_whose_account_nothing_may_go_gets_what_the_fee_leaves()
    {
        var asha = await server.Someone();
        var purse = await asha.Account();
        await Charge(asha, "funding", "payee", "mpesa", "10", "0");
        (await asha.Post($"/v1/accounts/{purse}/freeze", new JsonObject())).Is(HttpStatusCode.OK);
        var made = (await TopUp(asha, purse, 100)).Is(HttpStatusCode.Created);
        await PaymentsServer.Until(asha, $"/v1/funding-sessions/{made["id"]}", "completed");
        await PaymentsServer.Has(asha, purse, 90m);
        Assert.Equal(90m, Customer.Digits(Assert.Single(await asha.Activity(purse))["amount"]));
        Assert.Equal([10m], await Charges(asha, "funding"));
    }

    [Fact]
    public async Task A_withdrawals_fee_is_held_with_it_and_taken_when_it_is_paid()
    {
        var asha = await server.Someone();
        var purse = await asha.Account(1000);
        await Charge(asha, "withdrawal", "payer", "mpesa", "25", "0");
        var phone = PaymentsServer.Phone(PaymentsServer.Number());
        var quote = (await asha.Post("/v1/withdrawals/quote", Body(purse, phone, 400))).Is(HttpStatusCode.OK);
        Assert.Equal((25m, 425m, "mpesa"), (Customer.Digits(quote["fee"]), Customer.Digits(quote["total"]), (string)quote["provider"]!));
        (await asha.Post("/v1/withdrawals", Body(purse, phone, 400, expected: 0))).IsProblem(409, "billing.fee_changed", "expected_fee");
        var foreign = Body(purse, phone, 400);
        foreign["expected_fee"] = Customer.Amount(25, "USD");
        (await asha.Post("/v1/withdrawals", foreign)).IsProblem(422, "ledger.currency_mismatch", "expected_fee.currency");
        (await asha.Post("/v1/withdrawals", Body(purse, phone, 980))).IsProblem(402, "ledger.insufficient_funds");
        var made = (await asha.Post("/v1/withdrawals", Body(purse, phone, 400, expected: 25))).Is(HttpStatusCode.Created);
        Assert.Equal(25m, Customer.Digits(made["fee"]));
        await PaymentsServer.Until(asha, $"/v1/withdrawals/{made["id"]}", "paid");
        await PaymentsServer.Has(asha, purse, 575m);
        Assert.Equal([25m], await Charges(asha, "withdrawal"));
        Assert.Contains(await asha.Activity(purse), a => (string)a["type"]! == "fee" && Customer.Digits(a["amount"]) == 25m);

        // By a bank it costs nothing.
        var free = (await asha.Post("/v1/withdrawals", Body(purse, server.Bank("01", PaymentsServer.Number()), 100))).Is(
            HttpStatusCode.Created
        );
        Assert.Null(free["fee"]);
        await PaymentsServer.Until(asha, $"/v1/withdrawals/{free["id"]}", "paid");
        await PaymentsServer.Has(asha, purse, 475m);
    }

    [Fact]
    public async Task What_fails_or_comes_back_costs_nothing()
    {
        var asha = await server.Someone();
        var purse = await asha.Account(500);
        await Charge(asha, "withdrawal", "payer", "kcb", "30", "0.10");
        var before = await Revenue();
        var made = (await asha.Post("/v1/withdrawals", Body(purse, server.Bank("01", PaymentsServer.Number("918")), 120))).Is(
            HttpStatusCode.Created
        );
        await PaymentsServer.Until(asha, $"/v1/withdrawals/{made["id"]}", "failed");
        await PaymentsServer.Has(asha, purse, 500m);
        Assert.Equal([-42m, 42m], await Charges(asha, "withdrawal"));
        Assert.Equal(
            ["deposit", "fee", "fee", "refund", "withdrawal"],
            (await asha.Activity(purse)).Select(a => (string)a["type"]!).Order(StringComparer.Ordinal)
        );

        // The rail's no: what was held for it is free again.
        var refused = (await asha.Post("/v1/withdrawals", Body(purse, server.Bank("01", PaymentsServer.Number("906")), 120))).Is(
            HttpStatusCode.Created
        );
        await PaymentsServer.Until(asha, $"/v1/withdrawals/{refused["id"]}", "failed");
        Assert.Equal([-42m, 42m], await Charges(asha, "withdrawal"));
        await PaymentsServer.HasFree(asha, purse, 500m, 500m);
        var after = await Revenue();
        Assert.Equal((42m, 42m), (after.Taken - before.Taken, after.Returned - before.Returned));
    }

    [Fact]
    public async Task Fees_of_top_ups_and_withdrawals_are_borne_by_whoever_moves_the_money()
    {
        var clerk = (await server.Clerk).Client;
        foreach (var (type, bearer) in new[] { ("funding", "payer"), ("withdrawal", "payee") })
            (await Customer.Send(clerk, HttpMethod.Put, $"/v1/fees/{type}", Fee(bearer, "mpesa", "1", "0"))).IsProblem(
                400,
                "platform.invalid_request",
                "borne_by"
            );
    }

    static JsonObject Fee(string bearer, string provider, string start, string rate) =>
        new()
        {
            ["currency"] = "KES",
            ["name"] = "Rails",
            ["borne_by"] = bearer,
            ["fixed"] = start,
            ["rate"] = rate,
            ["provider"] = provider,
            ["note"] = "as agreed",
        };

    /// <summary>A fee of one customer's own, so that others pay nothing.</summary>
    Task Charge(Customer who, string type, string bearer, string provider, string start, string rate) =>
        Charge(server, who, "user", who.Id, type, Fee(bearer, provider, start, rate));

    /// <summary>Out of what comes in.</summary>
    internal static JsonObject OutOf(string provider, string start) => Fee("payee", provider, start, "0");

    internal static JsonObject OnTop(string provider, string start) => Fee("payer", provider, start, "0");

    /// <summary>The same for an organisation, of whose fees nobody else is told.</summary>
    internal static async Task Charge(PaymentsServer server, Customer who, string kind, Guid id, string type, JsonObject body)
    {
        body["merchant"] = new JsonObject { ["kind"] = kind, ["id"] = id };
        var asked = (await Customer.Send((await server.Clerk).Client, HttpMethod.Put, $"/v1/fees/{type}", body)).Is(
            HttpStatusCode.Accepted
        );
        (await (await server.Someone(Role.User, Role.Compliance)).Post($"/v1/approvals/{asked["id"]}/approve")).Is(HttpStatusCode.OK);
        if (kind != "user")
            return;
        var question = new JsonObject
        {
            ["type"] = type,
            ["amount"] = Customer.Amount(1000),
            ["provider"] = (string)body["provider"]!,
        };
        await Eventually.TrueAsync(
            async () => (await who.Post("/v1/fees/quote", question)).Is(HttpStatusCode.OK)["borne_by"] is not null,
            "the fee holds"
        );
    }

    static Task<Reply> Quote(Customer who, Guid account, string source, decimal amount) =>
        who.Post(
            "/v1/funding-sessions/quote",
            new JsonObject
            {
                ["account"] = account,
                ["source"] = source,
                ["amount"] = Customer.Amount(amount),
            }
        );

    static Task<Reply> TopUp(Customer who, Guid account, decimal amount, decimal? expected = null) =>
        who.Post(
            "/v1/funding-sessions",
            new JsonObject
            {
                ["account"] = account,
                ["source"] = "mpesa",
                ["phone"] = PaymentsServer.Number(),
                ["amount"] = Customer.Amount(amount),
                ["expected_fee"] = expected is { } fee ? Customer.Amount(fee) : null,
            }
        );

    static JsonObject Body(Guid from, JsonObject to, decimal amount, decimal? expected = null)
    {
        var body = new JsonObject
        {
            ["from"] = from,
            ["to"] = to.DeepClone(),
            ["amount"] = Customer.Amount(amount),
        };
        if (expected is { } fee)
            body["expected_fee"] = Customer.Amount(fee);
        return body;
    }

    internal static async Task<IEnumerable<decimal>> Charges(Customer who, string type) =>
        (await who.Get("/v1/fee-charges")).Is(HttpStatusCode.OK)["data"]!
            .AsArray()
            .Where(c => (string)c!["type"]! == type)
            .Select(c => Customer.Digits(c!["amount"]));

    /// <summary>What withdrawals by KCB brought, which in this server are this class's alone.</summary>
    async Task<(decimal Taken, decimal Returned)> Revenue()
    {
        string Day(int days) => DateTimeOffset.UtcNow.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var report = (
            await Customer.Send((await server.Clerk).Client, HttpMethod.Get, $"/v1/reports/revenue?from={Day(-1)}&to={Day(1)}", null)
        ).Is(HttpStatusCode.OK);
        return
            report["lines"]!.AsArray().FirstOrDefault(l => (string)l!["type"]! == "withdrawal" && (string?)l["provider"] == "kcb")
                is { } line
            ? (Customer.Digits(line["taken"]), Customer.Digits(line["returned"]))
            : (0, 0);
    }
}
