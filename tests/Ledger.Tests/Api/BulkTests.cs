using System.Net;
using System.Text.Json.Nodes;

namespace Hazina.Ledger.Tests.Api;

public sealed class BulkTests(ApiServer server)
{
    [Fact]
    public async Task Independent_ones_are_answered_each_in_its_place()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var wallet = await api.Wallet("10.00", cash);
        var answer = (
            await api.Post(
                "/transactions/bulk",
                Bulk(
                    "independent",
                    LedgerApi.Transaction(wallet, cash, "8.00"),
                    LedgerApi.Transaction(wallet, cash, "8.00"),
                    LedgerApi.Transaction(wallet, cash, "2.00")
                )
            )
        ).Is(HttpStatusCode.OK);
        var data = answer["data"]!.AsArray();
        Assert.Equal(["posted", "refused", "posted"], data.Select(d => (string?)d!["status"]));
        Assert.Equal(
            ("ledger.insufficient_funds", "legs.0.debit"),
            ((string?)data[1]!["problem"]!["code"], (string?)data[1]!["problem"]!["param"])
        );
        Assert.Equal("0.00", (await api.Balance(wallet)).Posted);
    }

    [Fact]
    public async Task Atomic_ones_are_posted_all_or_none_and_only_the_bulks_id_is_final()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var wallet = await api.Wallet("10.00", cash);
        var good = LedgerApi.Transaction(wallet, cash, "8.00");
        var bulk = Bulk("atomic", good.DeepClone(), LedgerApi.Transaction(wallet, cash, "2.01"));
        var refused = await api.Post("/transactions/bulk", bulk);
        var problem = refused.IsProblem(422, "ledger.bulk_refused", "transactions.1.legs.0.debit");
        Assert.Equal("ledger.insufficient_funds", (string?)problem["errors"]![0]!["code"]);
        Assert.Equal("10.00", (await api.Balance(wallet)).Posted);

        var again = await api.Post("/transactions/bulk", bulk);
        again.IsProblem(422, "ledger.bulk_refused", "transactions.1.legs.0.debit");
        Assert.True(again.IsReplayed);

        var second = Bulk("atomic", good.DeepClone(), LedgerApi.Transaction(wallet, cash, "2.00"));
        var first = await api.Post("/transactions/bulk", second);
        Assert.Equal(2, first.Is(HttpStatusCode.Created)["data"]!.AsArray().Count);
        Assert.Equal("0.00", (await api.Balance(wallet)).Posted);

        var changed = second.DeepClone();
        changed["transactions"]![1]!["legs"]![0]!["amount"]!["amount"] = "1.99";
        (await api.Post("/transactions/bulk", changed)).IsProblem(422, "ledger.id_reused", "transactions.1.legs.0.amount");
        second["transactions"]!.AsArray().RemoveAt(1);
        (await api.Post("/transactions/bulk", second)).IsProblem(422, "ledger.id_reused", "transactions");

        var other = Bulk("atomic", LedgerApi.Transaction(cash, wallet, "1.00"));
        other["id"] = (Guid)second["id"]!;
        problem = (await api.Post("/transactions/bulk", other)).IsProblem(422, "ledger.id_reused", "id");
        Assert.Contains($"{(Guid)second["id"]!} was used before", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeated_atomic_bulk_gets_the_same_answer()
    {
        var api = await server.Live();
        var (cash, wallet) = (await api.Cash(), await api.Account());
        var bulk = Bulk("atomic", LedgerApi.Transaction(cash, wallet, "1.00"), LedgerApi.Transaction(cash, wallet, "2.00"));
        var first = await api.Post("/transactions/bulk", bulk);
        var again = await api.Post("/transactions/bulk", bulk);
        Assert.Equal(HttpStatusCode.Created, first.Status);
        Assert.True(again.IsReplayed);
        Assert.Equal(first.Status, again.Status);
        Assert.Equal(WithoutReplayed(first), WithoutReplayed(again));
        Assert.Equal("3.00", (await api.Balance(wallet)).Posted);
    }

    [Fact]
    public async Task A_bulk_may_have_ten_thousand()
    {
        var api = await server.Live();
        var (cash, wallet) = (await api.Cash(), await api.Account());
        var many = Enumerable.Range(0, PostingRules.MaxBulk).Select(_ => (JsonNode)LedgerApi.Transaction(cash, wallet, "0.01")).ToArray();
        var answer = (await api.Post("/transactions/bulk", Bulk("atomic", many))).Is(HttpStatusCode.Created);
        Assert.Equal(PostingRules.MaxBulk, answer["data"]!.AsArray().Count);
        Assert.Equal("100.00", (await api.Balance(wallet)).Posted);

        var more = Bulk("independent", [.. many.Select(m => m.DeepClone()), LedgerApi.Transaction(cash, wallet, "0.01")]);
        (await api.Post("/transactions/bulk", more)).IsProblem(400, "platform.invalid_request", "transactions");
    }

    [Fact]
    public async Task A_bulk_that_is_not_well_formed_is_refused_as_a_whole_and_each_fault_is_named()
    {
        var api = await server.Live();
        var (cash, wallet) = (await api.Cash(), await api.Account());
        var twice = LedgerApi.Transaction(cash, wallet, "1.00");
        var bulk = Bulk(
            "independent",
            twice.DeepClone(),
            LedgerApi.Transaction(cash, wallet, "-1.00"),
            twice.DeepClone(),
            LedgerApi.Transaction(cash, cash, "1.00")
        );
        var problem = (await api.Post("/transactions/bulk", bulk)).IsProblem(400, "platform.invalid_request");
        Assert.Equal(
            ["/transactions/1/legs/0/amount/amount", "/transactions/2/id", "/transactions/3/legs/0/credit"],
            problem["errors"]!.AsArray().Select(e => (string?)e!["pointer"]).Order(StringComparer.Ordinal)
        );
        (await api.Post("/transactions/bulk", Bulk("atomic", twice.DeepClone(), twice.DeepClone()))).IsProblem(
            400,
            "platform.invalid_request",
            "transactions.1.id"
        );
        (await api.Post("/transactions/bulk", Bulk("independent"))).IsProblem(400, "platform.invalid_request", "transactions");
        (await api.Post("/transactions/bulk", new JsonObject { ["transactions"] = new JsonArray(twice.DeepClone()) })).IsProblem(
            400,
            "platform.invalid_request",
            "mode"
        );
        (
            await api.Post(
                "/transactions/bulk",
                new JsonObject { ["mode"] = "atomic", ["transactions"] = new JsonArray(twice.DeepClone()) }
            )
        ).IsProblem(400, "platform.invalid_request", "id");
        Assert.Equal("0.00", (await api.Balance(wallet)).Posted);
    }

    static JsonObject Bulk(string mode, params JsonNode[] transactions)
    {
        var bulk = new JsonObject { ["mode"] = mode, ["transactions"] = new JsonArray(transactions) };
        if (mode == "atomic")
            bulk["id"] = LedgerApi.Id();
        return bulk;
    }

    /// <summary>Each item says for itself whether it was repeated.</summary>
    static string WithoutReplayed(Reply reply)
    {
        var json = reply.Json;
        foreach (var item in json["data"]!.AsArray())
            item!.AsObject().Remove("replayed");
        return json.ToJsonString();
    }
}
