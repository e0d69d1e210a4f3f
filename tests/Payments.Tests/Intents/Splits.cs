using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Tests.Paying;

namespace Hazina.Payments.Tests.Intents;

/// <summary>Intents as tests speak of them.</summary>
static class Splits
{
    public const string Path = "/v1/payment-intents";

    public static JsonObject Wallet(decimal amount, Guid? account = null) =>
        new()
        {
            ["type"] = "wallet",
            ["amount"] = Customer.Amount(amount),
            ["account"] = account,
        };

    public static JsonObject Rail(string type, decimal amount, string? phone = null) =>
        new()
        {
            ["type"] = type,
            ["amount"] = Customer.Amount(amount),
            ["phone"] = phone ?? PaymentsServer.Number(),
        };

    public static Task<Reply> Mean(
        this Shop shop,
        decimal amount,
        JsonObject[]? sources = null,
        JsonObject? more = null,
        string? key = null
    )
    {
        var body = shop.Body(amount, more);
        if (sources is not null)
            body["sources"] = Of(sources);
        return shop.Asha.Post(Path, body, key);
    }

    public static async Task<JsonNode> Meant(this Shop shop, decimal amount, JsonObject[]? sources = null, JsonObject? more = null) =>
        (await shop.Mean(amount, sources, more)).Is(HttpStatusCode.Created);

    public static Task<Reply> Confirm(this Shop shop, JsonNode intent, JsonObject[]? sources = null, string? key = null) =>
        shop.Asha.Post($"{Path}/{intent["id"]}/confirm", new JsonObject { ["sources"] = sources is null ? null : Of(sources) }, key);

    public static async Task<JsonNode> Confirmed(this Shop shop, JsonNode intent, JsonObject[]? sources = null) =>
        (await shop.Confirm(intent, sources)).Is(HttpStatusCode.OK);

    public static Task<Reply> Name(this Shop shop, JsonNode intent, JsonObject[] sources, bool releaseHeld = false) =>
        shop.Asha.Post($"{Path}/{intent["id"]}/sources", new JsonObject { ["sources"] = Of(sources), ["release_held"] = releaseHeld });

    public static Task<Reply> GiveUp(this Customer customer, JsonNode intent) => customer.Post($"{Path}/{intent["id"]}/cancel");

    public static Task<JsonNode> Until(this Shop shop, JsonNode intent, params string[] states) =>
        PaymentsServer.Until(shop.Asha, $"{Path}/{intent["id"]}", states);

    /// <summary>As it is once something holds of it.</summary>
    public static async Task<JsonNode> Until(this Shop shop, JsonNode intent, Func<JsonNode, bool> holds, string awaited)
    {
        JsonNode now = null!;
        await Eventually.TrueAsync(
            async () => holds(now = (await shop.Asha.Get($"{Path}/{intent["id"]}")).Is(HttpStatusCode.OK)),
            awaited,
            () => $": {now.ToJsonString()}"
        );
        return now;
    }

    /// <summary>What became of each source, in their order.</summary>
    public static string Legs(JsonNode intent) =>
        string.Join(", ", intent["sources"]!.AsArray().Select(s => $"{(string)s!["type"]!} {(string)s["status"]!}"));

    public static (decimal Funded, decimal Missing) Sums(JsonNode intent) =>
        (Customer.Digits(intent["funded"]), Customer.Digits(intent["missing"]));

    /// <summary>The purse, what is free of it, and the till, once they are so.</summary>
    public static Task Has(this Shop shop, decimal purse, decimal free, decimal till)
    {
        (decimal, decimal, decimal) now = default;
        return Eventually.TrueAsync(
            async () => (now = await shop.Balances()) == (purse, free, till),
            $"there are {purse}, {free} and {till}",
            () => $", and not {now}"
        );
    }

    /// <summary>What its holder reads of an account comes to what is on it, and nothing is pending that is not held.</summary>
    public static async Task Agrees(Customer customer, Guid account)
    {
        var entries = new List<JsonNode>();
        for (IReadOnlyList<JsonNode>? page = null; page is null or { Count: 100 }; entries.AddRange(page))
            page = await customer.Activity(account, page is null ? "" : $"&starting_after={page[^1]["id"]}");
        var sum = entries
            .Where(e => (string)e["status"]! == "completed")
            .Sum(e => (string)e["side"]! == "credit" ? Customer.Digits(e["amount"]) : -Customer.Digits(e["amount"]));
        var balance = (await customer.Get($"/v1/accounts/{account}")).Is(HttpStatusCode.OK)["balance"]!;
        Assert.Equal(Customer.Digits(balance["posted"]), sum);
        Assert.Equal(
            Customer.Digits(balance["posted"]) - Customer.Digits(balance["available"]),
            entries.Where(e => (string)e["status"]! == "pending").Sum(e => Customer.Digits(e["amount"]))
        );
    }

    /// <summary>Has its time pass, without waiting for it.</summary>
    public static async Task Outlive(this Shop shop, JsonNode intent)
    {
        await using var owner = await shop.Server.Owner();
        await owner.ExecuteAsync(
            "update payments.intents set expires_at = now() - interval '1 second' where id = @id",
            new { id = (Guid)intent["id"]! }
        );
    }

    static JsonArray Of(JsonObject[] sources) => [.. sources.Select(s => s.DeepClone())];
}
