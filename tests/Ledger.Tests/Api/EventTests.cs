using System.Net;
using System.Text.Json.Nodes;
using Hazina.Testing;

namespace Hazina.Ledger.Tests.Api;

/// <summary>What the ledger does is told, from the journal.</summary>
public sealed class EventTests(ApiServer server)
{
    [Fact]
    public async Task A_movement_is_told_with_its_legs_and_the_balances_after_them()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var wallet = await api.Wallet("100.00", cash);
        var id = LedgerApi.Id();
        var body = LedgerApi.Transaction(wallet, cash, "30.00", id);
        (body["reference"], body["metadata"]) = ("invoice 7", new JsonObject { ["shop"] = 12 });
        (await api.Post("/transactions", body)).Is(HttpStatusCode.Created);

        var told = Assert.Single(await Told(api, id, 1));
        Assert.Equal(("ledger.transaction.posted.v1", id.ToString()), ((string?)told["type"], (string?)told["key"]));
        var data = told["data"]!;
        Assert.Equal(
            ("transfer", false, "invoice 7", 12),
            ((string?)data["kind"], (bool)data["forced"]!, (string?)data["reference"], (int)data["metadata"]!["shop"]!)
        );
        var leg = Assert.Single(data["legs"]!.AsArray())!;
        Assert.Equal((wallet, cash), ((Guid)leg["debit"]!, (Guid)leg["credit"]!));
        Assert.Equal(
            ("30.00", "70.00", "70.00"),
            (Text(leg, "amount"), Text(leg, "debit_balance_after"), Text(leg, "credit_balance_after"))
        );
        var posted = (await api.Get($"/transactions/{id}")).Is(HttpStatusCode.OK);
        Assert.Equal((string?)posted["recorded_at"], (string?)told["occurred_at"]);
        Assert.Equal((long)posted["row"]!, (long)data["row"]!);
    }

    [Fact]
    public async Task A_reversal_comes_under_the_key_of_what_it_reverses()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var (id, reversal) = (LedgerApi.Id(), LedgerApi.Id());
        var wallet = await api.Account();
        (await api.Transfer(cash, wallet, "5.00", id)).Is(HttpStatusCode.Created);
        (await api.Post($"/transactions/{id}/reversal", new JsonObject { ["id"] = reversal })).Is(HttpStatusCode.Created);
        var told = Assert.Single(await Told(api, reversal, 1));
        Assert.Equal((id.ToString(), id), ((string?)told["key"], (Guid)told["data"]!["reverses"]!));
    }

    [Fact]
    public async Task The_life_of_an_account_is_told_in_order()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var wallet = await api.Wallet("10.00", cash);
        var hold = LedgerApi.Id();
        var reserve = new JsonObject
        {
            ["id"] = hold,
            ["account"] = wallet,
            ["amount"] = LedgerApi.Amount("4.00"),
        };
        (await api.Post("/reservations", reserve)).Is(HttpStatusCode.Created);
        (await api.Post($"/reservations/{hold}/release", new JsonObject { ["id"] = LedgerApi.Id() })).Is(HttpStatusCode.Created);
        (await api.Patch($"/accounts/{wallet}", new JsonObject { ["id"] = LedgerApi.Id(), ["ceiling"] = "500.00" })).Is(HttpStatusCode.OK);
        (await api.Transfer(wallet, cash, "10.00")).Is(HttpStatusCode.Created);
        (await api.Post($"/accounts/{wallet}/close", new JsonObject { ["id"] = LedgerApi.Id() })).Is(HttpStatusCode.OK);

        var told = (await Told(api, wallet, 5)).Where(e => (string?)e["key"] == wallet.ToString()).ToList();
        Assert.Equal(
            [
                "ledger.account.opened.v1",
                "ledger.reservation.made.v1",
                "ledger.reservation.released.v1",
                "ledger.account.changed.v1",
                "ledger.account.closed.v1",
            ],
            told.Select(e => (string?)e["type"])
        );
        Assert.Equal(("KES", "liability", "0.00", "none"), Opened(told[0]["data"]!));
        Assert.Equal(
            (hold, "4.00", "4.00"),
            ((Guid)told[1]["data"]!["reservation"]!, Text(told[1]["data"]!, "amount"), Text(told[1]["data"]!, "reserved_after"))
        );
        Assert.Equal(("4.00", "0.00"), (Text(told[2]["data"]!, "amount"), Text(told[2]["data"]!, "reserved_after")));
        Assert.Equal("500.00", (string?)told[3]["data"]!["ceiling"]);
        Assert.Null(told[3]["data"]!["floor"]);

        static (string?, string?, string?, string?) Opened(JsonNode data) =>
            ((string?)data["currency"], (string?)data["class"], (string?)data["floor"], (string?)data["ceiling"]);
    }

    [Fact]
    public async Task What_was_refused_moved_nothing_and_is_not_told()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var (refused, posted) = (LedgerApi.Id(), LedgerApi.Id());
        var wallet = await api.Account();
        (await api.Transfer(wallet, cash, "1.00", refused)).IsProblem(402, "ledger.insufficient_funds");
        (await api.Transfer(cash, wallet, "1.00", posted)).Is(HttpStatusCode.Created);
        await Told(api, posted, 1);
        Assert.DoesNotContain(await All(api), e => Mentions(e, refused));
    }

    [Fact]
    public async Task Books_hear_nothing_of_each_other()
    {
        var (live, sandbox) = (await server.Live(), await server.Sandbox());
        var (mine, theirs) = (await live.Account(), await sandbox.Account());
        await Told(live, mine, 1);
        await Told(sandbox, theirs, 1);
        Assert.DoesNotContain(await All(live), e => Mentions(e, theirs));
        Assert.DoesNotContain(await All(sandbox), e => Mentions(e, mine));
    }

    /// <summary>The events that mention an id, once there are so many.</summary>
    static async Task<List<JsonNode>> Told(LedgerApi api, Guid id, int count)
    {
        List<JsonNode> told = [];
        await Eventually.TrueAsync(
            async () => (told = [.. (await All(api)).Where(e => Mentions(e, id))]).Count >= count,
            $"{count} events about {id}"
        );
        return told;
    }

    static async Task<List<JsonNode>> All(LedgerApi api)
    {
        List<JsonNode> all = [];
        for (long after = 0; ; after = (long)all[^1]["number"]!)
        {
            using var response = await api.Http.GetAsync($"/v1/events?limit=1000&after={after}");
            var page = (await Reply.Of(response)).Is(HttpStatusCode.OK);
            all.AddRange(page["data"]!.AsArray().Select(e => e!.DeepClone()));
            if (!(bool)page["has_more"]!)
                return all;
        }
    }

    static bool Mentions(JsonNode told, Guid id) => told.ToJsonString().Contains(id.ToString(), StringComparison.Ordinal);

    static string Text(JsonNode data, string name) => (string)data[name]!["amount"]!;
}
