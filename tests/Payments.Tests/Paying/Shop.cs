using System.Net;
using System.Text.Json.Nodes;
using Hazina.Platform.Security;

namespace Hazina.Payments.Tests.Paying;

/// <summary>A customer with money, a merchant with a till, and a fee of the merchant's own, as tests of payments need them.</summary>
sealed class Shop
{
    Shop(PaymentsServer server, Customer asha, Guid purse, Customer owner, Guid duka, Guid till) =>
        (Server, Asha, Purse, Owner, Duka, Till) = (server, asha, purse, owner, duka, till);

    public PaymentsServer Server { get; }

    public Customer Asha { get; }

    public Guid Purse { get; }

    /// <summary>Who moves the merchant's money.</summary>
    public Customer Owner { get; }

    public Guid Duka { get; }

    public Guid Till { get; }

    /// <param name="funds">What the customer has.</param>
    /// <param name="fee">The merchant's own, as the body of <c>PUT /v1/fees/payment</c>; null: none.</param>
    public static async Task<Shop> Open(PaymentsServer server, decimal funds = 10_000, JsonObject? fee = null)
    {
        var (asha, owner) = (await server.Someone(), await server.Someone());
        var duka = await owner.Organization();
        var shop = new Shop(server, asha, await asha.Account(funds), owner, duka, await owner.Account(organization: duka));
        if (fee is not null)
            await shop.Charge(fee);
        return shop;
    }

    public static JsonObject Fee(string bearer, string rate, string start = "0", bool isReturned = false) =>
        new()
        {
            ["currency"] = "KES",
            ["name"] = "Payments",
            ["borne_by"] = bearer,
            ["rate"] = rate,
            ["fixed"] = start,
            ["is_returned"] = isReturned,
            ["note"] = "as agreed",
        };

    async Task Charge(JsonObject fee)
    {
        var body = (JsonObject)fee.DeepClone();
        body["merchant"] = new JsonObject { ["kind"] = "organization", ["id"] = Duka };
        var clerk = (await Server.Clerk).Client;
        var asked = (await Customer.Send(clerk, HttpMethod.Put, "/v1/fees/payment", body)).Is(HttpStatusCode.Accepted);
        (await (await Server.Someone(Role.User, Role.Compliance)).Post($"/v1/approvals/{asked["id"]}/approve")).Is(HttpStatusCode.OK);
        var question = new JsonObject
        {
            ["type"] = "payment",
            ["amount"] = Customer.Amount(1000),
            ["organization"] = Duka,
        };
        await Eventually.TrueAsync(
            async () => (await Owner.Post("/v1/fees/quote", question)).Is(HttpStatusCode.OK)["borne_by"] is not null,
            "the merchant's fee holds"
        );
    }

    public JsonObject Body(decimal amount, JsonObject? more = null)
    {
        var body = new JsonObject
        {
            ["payer"] = Purse,
            ["payee"] = new JsonObject { ["account"] = Till },
            ["amount"] = Customer.Amount(amount),
        };
        foreach (var (name, value) in more ?? [])
            body[name] = value?.DeepClone();
        return body;
    }

    public Task<Reply> Pay(decimal amount, JsonObject? more = null, string? key = null) =>
        Asha.Post("/v1/payments", Body(amount, more), key);

    public async Task<JsonNode> Paid(decimal amount, JsonObject? more = null) => (await Pay(amount, more)).Is(HttpStatusCode.Created);

    /// <summary>One that is held back until it is captured.</summary>
    public Task<JsonNode> Held(decimal amount) => Paid(amount, new JsonObject { ["capture"] = "manual" });

    public Task<Reply> Capture(JsonNode payment, decimal? amount = null, bool isLast = false) =>
        Owner.Post(
            $"/v1/payments/{payment["id"]}/capture",
            new JsonObject { ["amount"] = amount is { } part ? Customer.Amount(part) : null, ["is_last"] = isLast }
        );

    public Task<Reply> Refund(JsonNode payment, decimal? amount = null, string? reason = null) =>
        Owner.Post(
            $"/v1/payments/{payment["id"]}/refunds",
            new JsonObject { ["amount"] = amount is { } part ? Customer.Amount(part) : null, ["reason"] = reason }
        );

    public Task<Reply> Cancel(JsonNode payment) => Owner.Post($"/v1/payments/{payment["id"]}/cancel");

    /// <summary>What the purse and the till have, and what is free of the purse.</summary>
    public async Task<(decimal Purse, decimal Free, decimal Till)> Balances()
    {
        var purse = (await Asha.Get($"/v1/accounts/{Purse}")).Is(HttpStatusCode.OK)["balance"]!;
        return (Customer.Digits(purse["posted"]), Customer.Digits(purse["available"]), await Owner.Balance(Till));
    }
}
