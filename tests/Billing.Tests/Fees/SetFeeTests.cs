using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Hazina.Platform.Security;

namespace Hazina.Billing.Tests.Fees;

public sealed class SetFeeTests(AccountsServer server)
{
    [Fact]
    public async Task A_fee_is_asked_for_by_one_approved_by_another_and_holds_for_everybody_a_moment_later()
    {
        var asha = await server.Someone();
        await Set("instalment", Body("1.5", more: new JsonObject { ["rate"] = "0.01", ["least"] = "5" }));
        var quote = await Quoted(asha, "instalment", 10_000, "101.50");
        Assert.Equal("payee", (string)quote["borne_by"]!);
        Assert.Equal("5.00", (string)(await Quote(asha, "instalment", 10))["fee"]!["amount"]!);
        var shown = (await asha.Get("/v1/fees?limit=100")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Contains(shown, f => (string)f!["id"]! == (string)quote["id"]! && (string)f["type"]! == "instalment");
        // Nothing is taken for what has no fee.
        Assert.Equal("0.00", (string)(await Quote(asha, "escrow", 10))["fee"]!["amount"]!);
    }

    [Fact]
    public async Task A_merchant_s_own_fee_goes_before_everybody_s_and_nobody_else_sees_it()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var duka = await asha.Organization();
        await Set("desk", Body("10"));
        var own = new JsonObject
        {
            ["merchant"] = new JsonObject { ["kind"] = "organization", ["id"] = duka },
        };
        await Set("desk", Body("3", more: own));
        await Quoted(asha, "desk", 1_000, "3.00", duka);
        await Quoted(asha, "desk", 1_000, "10.00");
        Assert.Contains("3", await Fixed(asha));
        Assert.DoesNotContain("3", await Fixed(juma));
        (await juma.Post("/v1/fees/quote", Question("desk", 1_000, duka))).IsProblem(422, "billing.no_such_merchant", "organization");
    }

    [Fact]
    public async Task A_rail_s_fee_goes_before_that_of_all_rails_and_one_that_ends_gives_way()
    {
        var asha = await server.Someone();
        await Set("payout", Body("7"));
        await Set(
            "payout",
            Body(
                "1",
                more: new JsonObject
                {
                    ["provider"] = "mpesa",
                    ["until"] = DateTimeOffset.UtcNow.AddSeconds(8).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                }
            )
        );
        await Quoted(asha, "payout", 100, "1.00", provider: "mpesa");
        Assert.Equal("7.00", (string)(await Quote(asha, "payout", 100, provider: "kcb"))["fee"]!["amount"]!);
        await Quoted(asha, "payout", 100, "7.00", provider: "mpesa");
    }

    [Theory]
    [InlineData("currency", "XXX", "/currency")]
    [InlineData("name", "", "/name")]
    [InlineData("borne_by", null, "/borne_by")]
    [InlineData("rate", "1.1", "/rate")]
    [InlineData("rate", "0.123456789", "/rate")]
    [InlineData("fixed", "-1", "/fixed")]
    [InlineData("most", "0.5", "/most")]
    [InlineData("provider", "M-Pesa", "/provider")]
    [InlineData("from", "2020-01-01T00:00:00Z", "/from")]
    [InlineData("until", "2020-01-01T00:00:00Z", "/until")]
    [InlineData("note", null, "/note")]
    public async Task A_fee_that_cannot_be_is_refused_by_name(string field, string? value, string pointer)
    {
        var body = Body("1", more: new JsonObject { ["least"] = "1" });
        body[field] = value;
        var reply = await Ask("card", body);
        Assert.Contains(pointer, reply.Is(HttpStatusCode.BadRequest)["errors"]!.AsArray().Select(e => (string)e!["pointer"]!));
    }

    [Theory]
    [InlineData("""[{"up_to":"10"}]""", "/tiers/0/up_to")]
    [InlineData("""[{"up_to":"10"},{"up_to":"5"},{}]""", "/tiers/1/up_to")]
    [InlineData("""[{"up_to":"10","rate":"2"},{}]""", "/tiers/0/rate")]
    [InlineData("[]", "/tiers")]
    public async Task Tiers_that_do_not_fit_are_refused_by_name(string tiers, string pointer)
    {
        var body = Body("1", more: new JsonObject { ["tiers"] = JsonNode.Parse(tiers) });
        body.Remove("fixed");
        var reply = await Ask("card", body);
        Assert.Contains(pointer, reply.Is(HttpStatusCode.BadRequest)["errors"]!.AsArray().Select(e => (string)e!["pointer"]!));
    }

    static JsonObject Body(string start, JsonObject? more = null)
    {
        var body = new JsonObject
        {
            ["currency"] = "KES",
            ["name"] = "What it costs",
            ["borne_by"] = "payee",
            ["fixed"] = start,
            ["note"] = "as the board decided",
        };
        foreach (var (name, value) in more ?? [])
            body[name] = value?.DeepClone();
        return body;
    }

    async Task<Reply> Ask(string type, JsonObject body) =>
        await Customer.Send((await server.Clerk).Client, HttpMethod.Put, $"/v1/fees/{type}", body);

    async Task Set(string type, JsonObject body) =>
        (
            await (await server.Someone(Role.User, Role.Compliance)).Post(
                $"/v1/approvals/{(await Ask(type, body)).Is(HttpStatusCode.Accepted)["id"]}/approve"
            )
        ).Is(HttpStatusCode.OK);

    static JsonObject Question(string type, decimal amount, Guid? organization = null, string? provider = null) =>
        new()
        {
            ["type"] = type,
            ["amount"] = Customer.Amount(amount),
            ["organization"] = organization,
            ["provider"] = provider,
        };

    static async Task<JsonNode> Quote(Customer who, string type, decimal amount, Guid? organization = null, string? provider = null) =>
        (await who.Post("/v1/fees/quote", Question(type, amount, organization, provider))).Is(HttpStatusCode.OK);

    /// <summary>What is quoted once the fee has begun.</summary>
    static async Task<JsonNode> Quoted(
        Customer who,
        string type,
        decimal amount,
        string expected,
        Guid? organization = null,
        string? provider = null
    )
    {
        JsonNode quote = new JsonObject();
        await Eventually.TrueAsync(
            async () => (string)(quote = await Quote(who, type, amount, organization, provider))["fee"]!["amount"]! == expected,
            $"{type} costs {expected}"
        );
        return quote;
    }

    static async Task<IEnumerable<string>> Fixed(Customer who) =>
        (await who.Get("/v1/fees?limit=100")).Is(HttpStatusCode.OK)["data"]!
            .AsArray()
            .Where(f => (string)f!["type"]! == "desk")
            .Select(f => (string)f!["fixed"]!)
            .ToList();
}
